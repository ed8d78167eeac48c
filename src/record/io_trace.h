// The I/O trace: a row for each block that is read, written or dropped, on its way to a CSV file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/bytes.h"
#include "core/mutex.h"
#include "core/tier_id.h"
#include "core/time.h"
#include "kv/block_key.h"
#include "text/zstd_writer.h"

namespace spillway::record {

// Spelt as in the file but for the case: `Read`, `Delete`.
enum class IoOperation : std::uint8_t { read, write, remove };
inline constexpr std::array<IoOperation, 3> kAllIoOperations = {
    IoOperation::read, IoOperation::write, IoOperation::remove};
constexpr std::string_view name_of(IoOperation operation) {
  constexpr std::array<std::string_view, 3> kNames = {"Read", "Write", "Delete"};
  return kNames.at(static_cast<std::size_t>(operation));
}

// What it was done for: new blocks, blocks that a request reads, or room.
enum class IoPhase : std::uint8_t { prefill, decode, evict };
inline constexpr std::array<IoPhase, 3> kAllIoPhases = {IoPhase::prefill, IoPhase::decode,
                                                        IoPhase::evict};
constexpr std::string_view name_of(IoPhase phase) {
  constexpr std::array<std::string_view, 3> kNames = {"Prefill", "Decode", "Evict"};
  return kNames.at(static_cast<std::size_t>(phase));
}

struct IoTraceRow {
  Duration time{};  // since 1970, or since the start in virtual time; the file keeps microseconds
  IoOperation operation = IoOperation::read;
  Bytes size;
  TierId tier = TierId::storage;
  std::string key;
  IoPhase phase = IoPhase::decode;
  // The causes, in the wide layout only: place in the plan, and the user whose conversation it is.
  std::optional<std::uint64_t> request = std::nullopt;
  std::optional<std::uint64_t> conversation = std::nullopt;

  friend bool operator==(const IoTraceRow&, const IoTraceRow&) = default;
};

// narrow: the six columns that other tools read, and no Delete rows. wide: two columns more, and
// every row. docs/formats.md has both.
enum class IoTraceLayout : bool { narrow, wide };

// Whether a key can stand in a line: something without commas, quotes and control characters.
bool is_io_trace_key(std::string_view key);
std::string_view io_trace_header(IoTraceLayout layout);                // without a newline
std::string to_csv_line(const IoTraceRow& row, IoTraceLayout layout);  // likewise

// A row as it waits for its text: numbers only, so that nobody who adds one makes a text.
struct IoTraceMove {
  static constexpr std::uint64_t kNobody = ~std::uint64_t{0};

  Duration time{};
  kv::BlockKey key;
  Bytes size;
  std::uint64_t request = kNobody;
  std::uint64_t conversation = kNobody;
  IoOperation operation = IoOperation::read;
  TierId tier = TierId::storage;
  IoPhase phase = IoPhase::decode;
};
IoTraceRow to_row(const IoTraceMove& move);

struct IoTraceOptions {
  IoTraceLayout layout = IoTraceLayout::narrow;
  std::size_t queue_rows = 262'144;  // rows that may wait for the writer: 16 MiB
  // false: add() writes now and then, and is for one thread; for virtual time, where threads are
  // refused
  bool threaded = true;
};

// A trace with holes would be another workload: rows are lost to a file that fails only.
struct IoTraceResult {
  std::string path;          // where the rows are: the draft of a trace that is not whole
  std::uint64_t rows = 0;    // in the file
  std::uint64_t lost = 0;    // added, but the file had failed
  std::uint64_t stalls = 0;  // times that add() had to wait for the writer
  std::string error;         // of the file, the first one
  friend bool operator==(const IoTraceResult&, const IoTraceResult&) = default;
};

// `cut`: the run was ended by force, so rows are missing at the end.
enum class IoTraceEnd : bool { whole, cut };

// Any thread may add() (unless there is one only); rows come in the order of the calls. They go to
// a draft beside the path, "<name>.partial-<pid>", which takes the path's name when it is whole:
// what is cut off never looks like a trace. A path that is no ordinary file (a pipe, say) is
// written to as it is.
class IoTrace {
 public:
  // Makes the draft, with the header, and the directories on the way to it. A path that ends in
  // .zst is compressed. Throws Error when the path cannot be written to.
  explicit IoTrace(const std::string& path, const IoTraceOptions& options = {});
  IoTrace(const IoTrace&) = delete;
  IoTrace& operator=(const IoTrace&) = delete;
  ~IoTrace();  // joins the writer; a draft that nobody has finished goes

  // Waits when the writer is behind by a whole queue; that is counted. After finish() it does
  // nothing.
  void add(const IoTraceMove& move);

  // Writes what waits and makes the file durable; the first call does, any other one tells what is
  // known. A cut may come from any thread at any time.
  IoTraceResult finish(IoTraceEnd end = IoTraceEnd::whole);

 private:
  using Moves = std::vector<IoTraceMove>;

  void work();
  Moves take();
  void write(const Moves& moves);
  void append_text() SPILLWAY_REQUIRES(file_mutex_);
  void close_file() SPILLWAY_REQUIRES(file_mutex_);
  void name_file() SPILLWAY_REQUIRES(file_mutex_);
  using Step = void (IoTrace::*)();
  void attempt(Step step, std::uint64_t rows) SPILLWAY_REQUIRES(file_mutex_);
  void stop_writer();
  void close(IoTraceEnd end);

  IoTraceOptions options_;
  std::string path_;
  std::string draft_;  // equal to the path where there is no draft

  Mutex file_mutex_;  // taken before the other one, by whoever writes
  text::ZstdWriter file_ SPILLWAY_GUARDED_BY(file_mutex_);
  std::string text_ SPILLWAY_GUARDED_BY(file_mutex_);
  bool closed_ SPILLWAY_GUARDED_BY(file_mutex_) = false;

  Mutex mutex_;
  std::condition_variable_any filled_;
  std::condition_variable_any emptied_;
  Moves waiting_ SPILLWAY_GUARDED_BY(mutex_);
  IoTraceResult result_ SPILLWAY_GUARDED_BY(mutex_);
  bool closing_ SPILLWAY_GUARDED_BY(mutex_) = false;
  std::jthread writer_;
};

}  // namespace spillway::record
