// SPDX-License-Identifier: Apache-2.0
#include "record/io_trace.h"

#include <fmt/core.h>
#include <pthread.h>

#include <algorithm>
#include <utility>

#include "core/error.h"

namespace spillway::record {
namespace {

bool is_plain(char c) {
  return c != ',' && c != '"' && static_cast<unsigned char>(c) >= ' ' && c != '\x7f';
}

void append_cause(std::string& line, const std::optional<std::uint64_t>& cause) {
  line += ',';
  if (cause) line += std::to_string(*cause);
}

bool is_left_out(const IoTraceRow& row, IoTraceLayout layout) {
  return row.operation == IoOperation::remove && layout == IoTraceLayout::narrow;
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

IoTrace::IoTrace(const std::string& path, const IoTraceOptions& options)
    : options_(options), file_(path) {
  file_.append(fmt::format("{}\n", io_trace_header(options_.layout)));
  if (!options_.threaded) return;
  writer_ = std::jthread([this] { work(); });
  ::pthread_setname_np(writer_.native_handle(), "io-trace");
}

IoTrace::~IoTrace() { stop_writer(); }

void IoTrace::add(const IoTraceRow& row) {
  if (is_left_out(row, options_.layout)) return;
  std::string line = to_csv_line(row, options_.layout);
  line += '\n';
  if (!options_.threaded) {
    write({.text = std::move(line), .rows = 1});
    return;
  }
  {
    const MutexLock lock(mutex_);
    // An empty queue takes any line, however small the limit.
    const auto is_full = [&](const std::string& text) {
      return !text.empty() && text.size() + line.size() > options_.queue.count();
    };
    if (is_full(waiting_.text)) ++result_.stalls;
    while (is_full(waiting_.text)) emptied_.wait(mutex_);
    waiting_.text += line;
    ++waiting_.rows;
  }
  filled_.notify_one();
}

IoTraceResult IoTrace::finish() {
  stop_writer();
  attempt([this] { file_.close(); }, 0);
  const MutexLock lock(mutex_);
  return result_;
}

void IoTrace::work() {
  for (Batch batch = take(); batch.rows > 0; batch = take()) write(batch);
}

// Waits for rows; none when there will be none.
IoTrace::Batch IoTrace::take() {
  Batch batch;
  {
    const MutexLock lock(mutex_);
    while (waiting_.text.empty() && !closing_) filled_.wait(mutex_);
    std::swap(batch, waiting_);
  }
  emptied_.notify_all();
  return batch;
}

void IoTrace::write(const Batch& batch) {
  attempt([&] { file_.append(batch.text); }, batch.rows);
}

// Once the file has failed nothing more goes into it.
template <typename Step>
void IoTrace::attempt(Step step, std::uint64_t rows) {
  std::string error;
  {
    const MutexLock lock(mutex_);
    error = result_.error;
  }
  if (error.empty()) {
    try {
      step();
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
