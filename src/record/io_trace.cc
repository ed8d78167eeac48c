// SPDX-License-Identifier: Apache-2.0
#include "record/io_trace.h"

#include <fmt/core.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <span>
#include <utility>

#include "core/error.h"

namespace spillway::record {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRowsAtOnce = 4096;  // rendered to one text, 400 KiB
constexpr std::string_view kZstdEnd = ".zst";

bool is_plain(char c) {
  return c != ',' && c != '"' && static_cast<unsigned char>(c) >= ' ' && c != '\x7f';
}

void append_cause(std::string& line, const std::optional<std::uint64_t>& cause) {
  line += ',';
  if (cause) line += std::to_string(*cause);
}

bool is_left_out(IoOperation operation, IoTraceLayout layout) {
  return operation == IoOperation::remove && layout == IoTraceLayout::narrow;
}

// The end of the name stays where it is: it says whether the file is compressed.
std::string draft_of(const std::string& path) {
  std::error_code unknown;  // then it is no file, and making one says what is wrong
  const fs::file_status status = fs::status(path, unknown);
  if (fs::exists(status) && !fs::is_regular_file(status)) return path;
  const fs::path directory = fs::path(path).parent_path();
  fs::create_directories(directory.empty() ? "." : directory, unknown);
  const std::string partial = fmt::format(".partial-{}", ::getpid());
  if (!text::is_zstd_path(path)) return path + partial;
  return path.substr(0, path.size() - kZstdEnd.size()) + partial + std::string(kZstdEnd);
}

}  // namespace

bool is_io_trace_key(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, is_plain);
}

std::string_view io_trace_header(IoTraceLayout layout) {
  constexpr std::string_view kWide =
      "Timestamp,Operation,Object_Size_Bytes,Tier,Key,Phase,Request,Conversation";
  return layout == IoTraceLayout::wide ? kWide : kWide.substr(0, kWide.find(",Request"));
}

std::string to_csv_line(const IoTraceRow& row, IoTraceLayout layout) {
  check(row.time.count() >= 0, "a row's time is not before its origin");
  check(is_io_trace_key(row.key), "a key needs no quotes");
  const std::int64_t us = row.time / std::chrono::microseconds(1);
  std::string line = fmt::format("{}.{:06},{},{},Tier-{},{},{}", us / 1'000'000, us % 1'000'000,
                                 name_of(row.operation), row.size.count(), index_of(row.tier),
                                 row.key, name_of(row.phase));
  if (layout == IoTraceLayout::wide) {
    append_cause(line, row.request);
    append_cause(line, row.conversation);
  }
  return line;
}

IoTraceRow to_row(const IoTraceMove& move) {
  const auto cause = [](std::uint64_t number) {
    return number == IoTraceMove::kNobody ? std::nullopt : std::optional(number);
  };
  return {.time = move.time,
          .operation = move.operation,
          .size = move.size,
          .tier = move.tier,
          .key = kv::to_text(move.key),
          .phase = move.phase,
          .request = cause(move.request),
          .conversation = cause(move.conversation)};
}

IoTrace::IoTrace(const std::string& path, const IoTraceOptions& options)
    : options_(options), path_(path), draft_(draft_of(path)), file_(draft_) {
  {
    const MutexLock lock(mutex_);
    result_.path = draft_;
  }
  {
    const MutexLock file_lock(file_mutex_);
    file_.append(fmt::format("{}\n", io_trace_header(options_.layout)));
  }
  if (!options_.threaded) return;
  writer_ = std::jthread([this] { work(); });
  ::pthread_setname_np(writer_.native_handle(), "io-trace");
}

IoTrace::~IoTrace() {
  stop_writer();
  const MutexLock file_lock(file_mutex_);
  if (!closed_ && draft_ != path_) ::unlink(draft_.c_str());
}

void IoTrace::add(const IoTraceMove& move) {
  if (is_left_out(move.operation, options_.layout)) return;
  const std::size_t most = options_.threaded ? options_.queue_rows : kRowsAtOnce;
  Moves full;
  {
    const MutexLock lock(mutex_);
    if (options_.threaded && waiting_.size() >= most && !closing_) {
      ++result_.stalls;
      while (waiting_.size() >= most && !closing_) emptied_.wait(mutex_);
    }
    if (closing_) return;
    waiting_.push_back(move);
    if (!options_.threaded && waiting_.size() >= most) std::swap(full, waiting_);
  }
  if (options_.threaded) {
    filled_.notify_one();
  } else if (!full.empty()) {
    write(full);
  }
}

IoTraceResult IoTrace::finish(IoTraceEnd end) {
  bool first = false;
  {
    const MutexLock lock(mutex_);
    first = !closing_;
    closing_ = true;
  }
  emptied_.notify_all();
  if (first) {
    stop_writer();
    Moves rest;
    {
      const MutexLock lock(mutex_);
      std::swap(rest, waiting_);
    }
    write(rest);
    close(end);
  }
  const MutexLock lock(mutex_);
  return result_;
}

void IoTrace::work() {
  for (Moves moves = take(); !moves.empty(); moves = take()) write(moves);
}

// Waits for rows; none when there will be none.
IoTrace::Moves IoTrace::take() {
  Moves moves;
  {
    const MutexLock lock(mutex_);
    while (waiting_.empty() && !closing_) filled_.wait(mutex_);
    std::swap(moves, waiting_);
  }
  emptied_.notify_all();
  return moves;
}

void IoTrace::write(const Moves& moves) {
  const MutexLock file_lock(file_mutex_);
  if (closed_) return;
  for (std::size_t begun = 0; begun < moves.size(); begun += kRowsAtOnce) {
    const auto part = std::span(moves).subspan(begun, std::min(kRowsAtOnce, moves.size() - begun));
    text_.clear();
    for (const IoTraceMove& move : part) text_ += to_csv_line(to_row(move), options_.layout) + '\n';
    attempt(&IoTrace::append_text, part.size());
  }
}

void IoTrace::append_text() { file_.append(text_); }
void IoTrace::close_file() { file_.close(); }
void IoTrace::name_file() {
  if (draft_ == path_) return;
  if (::rename(draft_.c_str(), path_.c_str()) != 0) throw_errno("rename to", path_);
}

// A draft takes its name when nothing is missing in it.
void IoTrace::close(IoTraceEnd end) {
  const MutexLock file_lock(file_mutex_);
  attempt(&IoTrace::close_file, 0);
  closed_ = true;
  if (end == IoTraceEnd::whole) attempt(&IoTrace::name_file, 0);
  const MutexLock lock(mutex_);
  const bool whole = end == IoTraceEnd::whole && result_.error.empty();
  result_.path = whole ? path_ : draft_;
}

// Once the file has failed nothing more goes into it.
void IoTrace::attempt(Step step, std::uint64_t rows) {
  std::string error;
  {
    const MutexLock lock(mutex_);
    error = result_.error;
  }
  if (error.empty()) {
    try {
      (this->*step)();
    } catch (const Error& failure) {
      error = failure.what();
    }
  }
  const MutexLock lock(mutex_);
  (error.empty() ? result_.rows : result_.lost) += rows;
  result_.error = std::move(error);
}

void IoTrace::stop_writer() {
  if (!writer_.joinable()) return;
  {
    const MutexLock lock(mutex_);
    closing_ = true;
  }
  filled_.notify_one();
  writer_.join();
}

}  // namespace spillway::record
