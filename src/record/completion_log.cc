// SPDX-License-Identifier: Apache-2.0
#include "record/completion_log.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <pthread.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <fstream>
#include <utility>

#include "core/error.h"

namespace spillway::record {
namespace {

constexpr std::size_t kMostWaiting = 65'536;

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

void CompletionLog::add(CompletionRow row) {
  if (!options_.threaded) {
    std::vector<CompletionRow> rows;
    rows.push_back(std::move(row));
    write(rows);
    return;
  }
  {
    const MutexLock lock(mutex_);
    while (waiting_.size() >= kMostWaiting) changed_.wait(mutex_);
    waiting_.push_back(std::move(row));
  }
  changed_.notify_all();
}

void CompletionLog::drain() {
  {
    const MutexLock lock(mutex_);
    while (busy_ || !waiting_.empty()) changed_.wait(mutex_);
  }
  throw_failure();
}

void CompletionLog::throw_failure() {
  const MutexLock lock(mutex_);
  if (!failure_.empty()) throw Error(failure_);
}

void CompletionLog::work() {
  while (true) {
    std::vector<CompletionRow> rows;
    {
      const MutexLock lock(mutex_);
      busy_ = false;
      changed_.notify_all();
      while (waiting_.empty() && !ending_) changed_.wait(mutex_);
      if (waiting_.empty()) return;
      rows.swap(waiting_);
      busy_ = true;
    }
    write(rows);
  }
}

void CompletionLog::write(std::vector<CompletionRow>& rows) {
  std::string lines;
  for (CompletionRow& row : rows) {
    row.output_tokens_est = row.text.empty() ? 0 : tokenizer_.count(row.text);
    if (!options_.responses.empty() && !row.text.empty()) save_response(row);
    lines += to_json_line(row) + "\n";
  }
  if (const int error = write_all(file_.get(), lines); error != 0) {
    const MutexLock lock(mutex_);
    failure_ = fmt::format("write {}: {}", path_, errno_text(error));
  }
  for (const CompletionRow& row : rows) on_row_(row);
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
    return;
  }
  const MutexLock lock(mutex_);
  failure_ = fmt::format("write {}/{}: {}", options_.responses, name, errno_text(errno));
}

}  // namespace spillway::record
