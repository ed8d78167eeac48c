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

#include "core/bytes.h"
#include "core/mutex.h"
#include "core/tier_id.h"
#include "core/time.h"
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

struct IoTraceOptions {
  IoTraceLayout layout = IoTraceLayout::narrow;
  Bytes queue = Bytes(16U << 20U);  // text that may wait for the writer
  // false: add() writes at once and is for one thread; for virtual time, where threads are refused
  bool threaded = true;
};

// A trace with holes would be another workload: rows are lost to a file that fails only.
struct IoTraceResult {
  std::uint64_t rows = 0;    // in the file
  std::uint64_t lost = 0;    // added, but the file had failed
  std::uint64_t stalls = 0;  // times that add() had to wait for the writer
  std::string error;         // of the file, the first one
};

// Any thread may add() (unless there is one only); rows come in the order of the calls.
class IoTrace {
 public:
  // Makes the file, with its header. A path that ends in .zst is compressed. Its directory exists.
  // Throws Error when it cannot be made.
  explicit IoTrace(const std::string& path, const IoTraceOptions& options = {});
  IoTrace(const IoTrace&) = delete;
  IoTrace& operator=(const IoTrace&) = delete;
  ~IoTrace();  // joins the writer; what finish() would have told is lost

  // Waits when the writer is behind by a whole queue; that is counted.
  void add(const IoTraceRow& row);

  // Writes what waits and makes the file durable. Call it once, when nobody adds any more.
  IoTraceResult finish();

 private:
  struct Batch {
    std::string text;
    std::uint64_t rows = 0;
  };

  void work();
  Batch take();
  void write(const Batch& batch);
  template <typename Step>
  void attempt(Step step, std::uint64_t rows);
  void stop_writer();

  IoTraceOptions options_;
  text::ZstdWriter file_;  // of whoever writes: the writer, or add() without one

  Mutex mutex_;
  std::condition_variable_any filled_;
  std::condition_variable_any emptied_;
  Batch waiting_ SPILLWAY_GUARDED_BY(mutex_);
  IoTraceResult result_ SPILLWAY_GUARDED_BY(mutex_);
  bool closing_ SPILLWAY_GUARDED_BY(mutex_) = false;
  std::jthread writer_;
};

}  // namespace spillway::record
