// CompletionLog: rows of requests to a serving endpoint on their way to requests.jsonl, in the
// order of completion, without slowing the load. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/mutex.h"
#include "core/unique_fd.h"
#include "kv/tokenizer.h"
#include "record/completion_row.h"
#include "record/new_file.h"

namespace spillway::record {

struct CompletionLogOptions {
  // Each answer's text becomes <directory>/<phase>_<index>_<prompt>.txt; empty: none does.
  std::string responses;
  std::string responses_name = "responses";  // what the rows call the directory
  // Where each row becomes a line of profile_export.jsonl; empty: nowhere.
  std::string profile = {};
  bool threaded = true;  // false: add() does all of it, for virtual time, where threads are refused
};

// While requests are measured, rows are packed into buffers, and full ones spooled to a nameless
// file beside the output by a thread of its own: memory stays fixed however many there are. Between
// the phases drain() counts the tokens of the answers, writes the lines, and hands the rows on, a
// buffer at a time.
class CompletionLog {
 public:
  // Called by drain(), in the order of the lines.
  using OnRow = std::function<void(const CompletionRow&)>;

  // Throws Error when the file exists, or cannot be made.
  CompletionLog(const std::string& path, const kv::Tokenizer& tokenizer,
                CompletionLogOptions options, OnRow on_row);
  // Rows that were not drained are lost.
  ~CompletionLog();
  CompletionLog(const CompletionLog&) = delete;
  CompletionLog& operator=(const CompletionLog&) = delete;

  // add() and drain() from one thread. When 64 MiB wait for the disk add() waits, too: the client
  // is then the slower, and says so by its late sends.
  void add(const CompletionRow& row);
  // Returns when every row so far has been written and handed on. Throws Error when one could not
  // be written.
  void drain();
  // drain() for the last time: the profile gets its own name, which until then ends in ".part".
  void finish();

 private:
  void spool_full();
  void work();
  void spool(const std::string& rows);
  void render_spool();
  void render(std::string_view rows);
  void save_response(CompletionRow& row);
  void fail(std::string_view what, int error);
  void throw_failure();

  const kv::Tokenizer& tokenizer_;
  CompletionLogOptions options_;
  OnRow on_row_;
  std::string path_;
  UniqueFd file_;
  UniqueFd spool_;
  std::optional<NewFile> profile_;
  std::string filling_;
  std::vector<std::size_t> spooled_;  // sizes of the buffers in the spool, in order
  Mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<std::string> full_ SPILLWAY_GUARDED_BY(mutex_);
  std::string failure_ SPILLWAY_GUARDED_BY(mutex_);
  bool busy_ SPILLWAY_GUARDED_BY(mutex_) = false;
  bool ending_ SPILLWAY_GUARDED_BY(mutex_) = false;
  std::thread writer_;
};

// A name that no path can be made of: every run of other characters than [A-Za-z0-9._-] becomes one
// underscore.
std::string safe_file_name(std::string_view name);

}  // namespace spillway::record
