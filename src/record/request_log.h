// RequestLog: a row for each request on its way to requests.jsonl, without slowing the loops.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "core/mutex.h"
#include "core/unique_fd.h"
#include "record/request_row.h"

namespace spillway::record {

struct RequestLogOptions {
  std::size_t queue_rows = 65'536;  // rows that may wait for the writer: 12 MiB
  bool threaded = true;  // false: add() writes at once; for virtual time, where threads are refused
};

// What became of the rows. An unwritable file is a result, not an exception: the record is worth
// keeping without its rows.
struct RequestLogResult {
  std::uint64_t rows = 0;     // lines written
  std::uint64_t dropped = 0;  // rows lost, because the queue was full or the spool unwritable
  std::string error;          // why, in the latter case
};

// Any thread may add(). The writer puts each row at its plan index in a sparse spool file beside
// the output, so that lines come out in plan order while memory stays fixed, however long the run.
class RequestLog {
 public:
  // `path` is the file that finish() writes; the spool lies in the same directory. Throws Error
  // when it cannot be made.
  explicit RequestLog(std::string path, const RequestLogOptions& options = {});
  RequestLog(const RequestLog&) = delete;
  RequestLog& operator=(const RequestLog&) = delete;
  ~RequestLog();  // joins the writer

  // Never waits for the disk. When the queue is full the row is lost and counted: the run is then
  // not decision-grade. A second row with the same index replaces the first.
  void add(const RequestRow& row);

  // Rows lost so far.
  std::uint64_t fell_behind() const;

  // Waits for the writer, renders the rows in plan order as JSON lines and makes the file durable.
  // Call it once, when nobody adds any more.
  RequestLogResult finish();

 private:
  void work();
  bool take(std::vector<RequestRow>& rows);
  void spool(const std::vector<RequestRow>& rows);
  void stop_writer();

  std::string path_;
  UniqueFd spool_;
  RequestLogOptions options_;
  std::vector<RequestRow> batch_;  // of whoever writes: the writer, or add() without one

  mutable Mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<RequestRow> waiting_ SPILLWAY_GUARDED_BY(mutex_);
  bool closing_ SPILLWAY_GUARDED_BY(mutex_) = false;
  std::uint64_t dropped_ SPILLWAY_GUARDED_BY(mutex_) = 0;
  std::string error_ SPILLWAY_GUARDED_BY(mutex_);
  std::jthread writer_;
};

// One line of requests.jsonl, without the newline. docs/formats.md has the schema.
std::string to_json_line(const RequestRow& row);

}  // namespace spillway::record
