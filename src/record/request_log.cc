// SPDX-License-Identifier: Apache-2.0
#include "record/request_log.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "text/json_writer.h"

namespace spillway::record {
namespace {

constexpr std::size_t kRowsAtATime = 4096;

UniqueFd open_spool(const std::string& path) {
  const std::string name = path + ".spool";
  UniqueFd fd(::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) throw_errno("create", name);
  if (::unlink(name.c_str()) != 0) throw_errno("unlink", name);
  return fd;
}

// Each returns 0 or the errno of what went wrong.
int write_at(int fd, std::span<const std::byte> bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return 0;
}

// Reads up to the end of the file; `count` is how many bytes there were.
int read_at(int fd, std::span<std::byte> room, std::uint64_t offset, std::size_t& count) {
  count = 0;
  while (count < room.size()) {
    const ssize_t got =
        ::pread(fd, room.data() + count, room.size() - count, static_cast<off_t>(offset + count));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) break;
    count += static_cast<std::size_t>(got);
  }
  return 0;
}

void stamp(text::JsonWriter& json, std::string_view name, std::int64_t time) {
  json.key(name);
  if (time == kNever) {
    json.null();
  } else {
    json.value(time);
  }
}

void per_tier(text::JsonWriter& json, std::string_view name,
              const std::array<std::uint64_t, kTiers>& figures) {
  json.key(name).begin_object();
  for (const TierId tier : kAllTiers) json.key(name_of(tier)).value(figures.at(index_of(tier)));
  json.end_object();
}

void append_class(text::JsonWriter& json, const RequestRow& row) {
  json.key("qos").value(name_of(row.qos)).key("phase").value(name_of(row.phase));
  json.key("conversation").value(row.conversation);
}

void append_entries(text::JsonWriter& json, const RequestRow& row) {
  stamp(json, "entry_write_ns", row.entry_write);
  stamp(json, "decode_read_ns", row.decode_read);
  json.key("decode_reads").value(row.decode_reads);
  json.key("decode_misses").value(row.decode_misses);
  const auto by_kind = [&](std::string_view name, const auto& figures) {
    json.key(name).begin_object();
    for (const ReuseKind kind : kAllReuseKinds) {
      json.key(name_of(kind)).value(figures.at(index_of(kind)));
    }
    json.end_object();
  };
  by_kind("reuse_asked", row.reuse_asked);
  by_kind("reuse_hit", row.reuse_hit);
  by_kind("reuse_tokens", row.reuse_tokens);
}

void append_line(text::JsonWriter& json, const RequestRow& row) {
  json.begin_object();
  json.key("request").value(row.index).key("user").value(row.user).key("turn").value(row.turn);
  json.key("status").value(name_of(row.status));
  json.key("warm_up").value(row.has(RequestRow::kWarmUp));
  json.key("oversized").value(row.has(RequestRow::kOversized));
  json.key("late").value(row.has(RequestRow::kLate));
  stamp(json, "due_ns", row.due);
  stamp(json, "admitted_ns", row.admitted);
  stamp(json, "started_ns", row.started);
  stamp(json, "loaded_ns", row.loaded);
  stamp(json, "first_token_ns", row.first_token);
  stamp(json, "done_ns", row.done);
  stamp(json, "stored_ns", row.stored);
  json.key("input_tokens").value(row.input_tokens);
  json.key("output_tokens").value(row.output_tokens);
  json.key("blocks_asked").value(row.blocks_asked);
  per_tier(json, "blocks_hit", row.blocks_hit);
  json.key("tokens_asked").value(row.tokens_asked);
  json.key("tokens_hit").value(row.tokens_hit);
  per_tier(json, "read_bytes", row.read_bytes);
  per_tier(json, "written_bytes", row.written_bytes);
  json.key("failed_operations").value(row.failed_operations);
  json.key("tier_time_ns").value(row.tier_time);
  json.key("generation_ns").value(row.generation);
  if (row.has(RequestRow::kClassed)) append_class(json, row);
  if (row.has(RequestRow::kEntries)) append_entries(json, row);
  json.end_object();
}

// Writes the lines of one stretch of the spool after the other.
class LineWriter {
 public:
  LineWriter(const UniqueFd& spool, const UniqueFd& output) : spool_(spool), output_(output) {}

  // 0, or the errno of what went wrong.
  int write_all() {
    for (std::uint64_t index = 0;; index += kRowsAtATime) {
      if (!skip_hole(index)) break;
      std::size_t bytes = 0;
      const std::span<RequestRow> room(rows_);
      const int error =
          read_at(spool_.get(), std::as_writable_bytes(room), index * sizeof(RequestRow), bytes);
      if (error != 0) return error;
      if (bytes == 0) break;
      const int write_error = write_lines(room.first(bytes / sizeof(RequestRow)));
      if (write_error != 0) return write_error;
    }
    return ::fsync(output_.get()) == 0 ? 0 : errno;
  }
  std::uint64_t lines() const { return lines_; }

 private:
  // A plan may be far longer than the run: what was never written is a hole, and not read. False
  // when nothing comes any more. File systems that know no holes say that all is data.
  bool skip_hole(std::uint64_t& index) const {
    const off_t data =
        ::lseek(spool_.get(), static_cast<off_t>(index * sizeof(RequestRow)), SEEK_DATA);
    if (data < 0) return errno != ENXIO;
    index = std::max(index, static_cast<std::uint64_t>(data) / sizeof(RequestRow));
    return true;
  }

  int write_lines(std::span<const RequestRow> rows) {
    std::string text;
    for (const RequestRow& row : rows) {
      if (!row.has(RequestRow::kUsed)) continue;  // a hole: the run ended before this request
      json_.clear();
      append_line(json_, row);
      text += json_.text();
      text += '\n';
      ++lines_;
    }
    const int error = write_at(output_.get(), std::as_bytes(std::span(text)), offset_);
    offset_ += text.size();
    return error;
  }

  const UniqueFd& spool_;
  const UniqueFd& output_;
  std::vector<RequestRow> rows_ = std::vector<RequestRow>(kRowsAtATime);
  text::JsonWriter json_;
  std::uint64_t offset_ = 0;
  std::uint64_t lines_ = 0;
};

}  // namespace

std::string to_json_line(const RequestRow& row) {
  text::JsonWriter json;
  append_line(json, row);
  return json.text();
}

RequestLog::RequestLog(std::string path, const RequestLogOptions& options)
    : path_(std::move(path)), spool_(open_spool(path_)), options_(options) {
  if (!options_.threaded) {
    batch_.resize(1);
    return;
  }
  batch_.reserve(options_.queue_rows);
  waiting_.reserve(options_.queue_rows);
  writer_ = std::jthread([this] { work(); });
  ::pthread_setname_np(writer_.native_handle(), "request-log");
}

RequestLog::~RequestLog() { stop_writer(); }

void RequestLog::add(const RequestRow& row) {
  check(row.has(RequestRow::kUsed), "a row is marked as used");
  if (!options_.threaded) {
    batch_.front() = row;
    spool(batch_);
    return;
  }
  {
    const MutexLock lock(mutex_);
    if (waiting_.size() >= options_.queue_rows) {
      ++dropped_;
      return;
    }
    waiting_.push_back(row);
  }
  changed_.notify_one();
}

std::uint64_t RequestLog::fell_behind() const {
  const MutexLock lock(mutex_);
  return dropped_;
}

RequestLogResult RequestLog::finish() {
  stop_writer();
  const UniqueFd output(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  const int open_error = output ? 0 : errno;
  LineWriter lines(spool_, output);
  const int error = output ? lines.write_all() : open_error;

  const MutexLock lock(mutex_);
  if (error != 0 && error_.empty()) error_ = fmt::format("write {}: {}", path_, errno_text(error));
  return {.rows = lines.lines(), .dropped = dropped_, .error = error_};
}

void RequestLog::work() {
  while (take(batch_)) {
    spool(batch_);
    batch_.clear();
  }
}

// Waits for rows; false when there are none and there will be none.
bool RequestLog::take(std::vector<RequestRow>& rows) {
  const MutexLock lock(mutex_);
  while (waiting_.empty() && !closing_) changed_.wait(mutex_);
  rows.swap(waiting_);
  return !rows.empty();
}

void RequestLog::spool(const std::vector<RequestRow>& rows) {
  for (const RequestRow& row : rows) {
    const int error =
        write_at(spool_.get(), std::as_bytes(std::span(&row, 1)), row.index * sizeof(RequestRow));
    if (error == 0) continue;
    const MutexLock lock(mutex_);
    ++dropped_;
    if (error_.empty()) error_ = fmt::format("spool of {}: {}", path_, errno_text(error));
  }
}

void RequestLog::stop_writer() {
  if (!writer_.joinable()) return;
  {
    const MutexLock lock(mutex_);
    closing_ = true;
  }
  changed_.notify_one();
  writer_.join();
}

}  // namespace spillway::record
