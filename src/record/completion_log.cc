// SPDX-License-Identifier: Apache-2.0
#include "record/completion_log.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <fstream>
#include <utility>

#include "core/error.h"
#include "record/completion_spool.h"
#include "record/profile_row.h"

namespace spillway::record {
namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 20U;
constexpr std::size_t kMostFull = 64;

// 0, or the errno of what went wrong.
int write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

// Likewise; a file that ends before is an input error.
int read_all(int file, off_t from, std::string& into) {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t got =
        ::pread(file, into.data() + done, into.size() - done, from + static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got < 0 ? errno : EIO;
    done += static_cast<std::size_t>(got);
  }
  return 0;
}

UniqueFd nameless_file_beside(const std::string& path) {
  const std::string name = path + ".spool";
  UniqueFd file(::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) throw_errno("create", name);
  if (::unlink(name.c_str()) != 0) throw_errno("unlink", name);
  return file;
}

}  // namespace

std::string safe_file_name(std::string_view name) {
  std::string safe;
  for (const char c : name) {
    const bool allowed =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
    if (allowed) {
      safe += c;
    } else if (!safe.ends_with('_')) {
      safe += '_';
    }
  }
  return safe;
}

CompletionLog::CompletionLog(const std::string& path, const kv::Tokenizer& tokenizer,
                             CompletionLogOptions options, OnRow on_row)
    : tokenizer_(tokenizer), options_(std::move(options)), on_row_(std::move(on_row)), path_(path) {
  file_ = UniqueFd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!file_) throw_errno("create", path);
  spool_ = nameless_file_beside(path);
  if (!options_.profile.empty()) profile_.emplace(options_.profile);
  if (!options_.threaded) return;
  writer_ = std::thread([this] { work(); });
  ::pthread_setname_np(writer_.native_handle(), "rows");
}

CompletionLog::~CompletionLog() {
  if (!writer_.joinable()) return;
  {
    const MutexLock lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  writer_.join();
}

void CompletionLog::add(const CompletionRow& row) {
  add_row(row, filling_);
  if (filling_.size() >= kBuffer) spool_full();
}

void CompletionLog::spool_full() {
  std::string full = std::exchange(filling_, {});
  filling_.reserve(full.size() + kBuffer / 4);
  spooled_.push_back(full.size());
  if (!options_.threaded) {
    spool(full);
    return;
  }
  {
    const MutexLock lock(mutex_);
    while (full_.size() >= kMostFull) changed_.wait(mutex_);
    full_.push_back(std::move(full));
  }
  changed_.notify_all();
}

void CompletionLog::drain() {
  {
    const MutexLock lock(mutex_);
    while (busy_ || !full_.empty()) changed_.wait(mutex_);
  }
  throw_failure();
  render_spool();
  render(std::exchange(filling_, {}));
  throw_failure();
}

void CompletionLog::finish() {
  drain();
  if (profile_) profile_->keep();
  profile_.reset();
}

void CompletionLog::render_spool() {
  if (spooled_.empty()) return;
  off_t from = 0;
  std::string rows;
  for (const std::size_t size : std::exchange(spooled_, {})) {
    rows.resize(size);
    const int error = read_all(spool_.get(), from, rows);
    if (error != 0) throw Error(fmt::format("read the spool of {}: {}", path_, errno_text(error)));
    from += static_cast<off_t>(size);
    render(rows);
  }
  if (::ftruncate(spool_.get(), 0) != 0) throw_errno("empty the spool of", path_);
  if (::lseek(spool_.get(), 0, SEEK_SET) != 0) throw_errno("rewind the spool of", path_);
}

void CompletionLog::fail(std::string_view what, int error) {
  const MutexLock lock(mutex_);
  failure_ = fmt::format("write {}: {}", what, errno_text(error));
}

void CompletionLog::throw_failure() {
  const MutexLock lock(mutex_);
  if (!failure_.empty()) throw Error(failure_);
}

// Runs when its processor has nothing else to do: the loop that measures may share it.
void CompletionLog::work() {
  const sched_param none{};
  ::pthread_setschedparam(::pthread_self(), SCHED_IDLE, &none);  // refused: as good as it is
  while (true) {
    std::vector<std::string> full;
    {
      const MutexLock lock(mutex_);
      busy_ = false;
      changed_.notify_all();
      while (full_.empty() && !ending_) changed_.wait(mutex_);
      if (full_.empty()) return;
      full.swap(full_);
      busy_ = true;
    }
    for (const std::string& rows : full) spool(rows);
  }
}

void CompletionLog::spool(const std::string& rows) {
  if (const int error = write_all(spool_.get(), rows); error != 0) {
    fail(fmt::format("the spool of {}", path_), error);
  }
}

void CompletionLog::render(std::string_view rows) {
  std::string lines;
  std::string profile;
  while (!rows.empty()) {
    CompletionRow row = take_row(rows);
    row.output_tokens_est = row.text.empty() ? 0 : tokenizer_.count(row.text);
    if (!options_.responses.empty() && !row.text.empty()) save_response(row);
    lines += to_json_line(row);
    lines += '\n';
    if (profile_) profile += to_profile_line(row) + '\n';
    on_row_(row);
  }
  if (profile_) profile_->write(profile);
  if (const int error = write_all(file_.get(), lines); error != 0) fail(path_, error);
}

void CompletionLog::save_response(CompletionRow& row) {
  const std::string name =
      safe_file_name(fmt::format("{}_{:06}_{}", row.call->phase, row.index, row.prompt->id)) +
      ".txt";
  std::ofstream file(options_.responses + "/" + name, std::ios::binary);
  file << row.text;
  file.close();
  if (file) {
    row.response_path = options_.responses_name + "/" + name;
  } else {
    fail(fmt::format("{}/{}", options_.responses, name), errno);
  }
}

}  // namespace spillway::record
