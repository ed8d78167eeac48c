// The line that shows a run while it runs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/time.h"

namespace spillway::report {

// Where a run stands. Rates are of the time since the line before.
struct Progress {
  std::string_view phase =
      "measuring";  // "preparing", "preconditioning", "warming up", "measuring", "finishing"
  Duration elapsed{};
  std::optional<Duration> left = std::nullopt;  // when the end is a time
  std::uint64_t requests_done = 0;
  std::optional<std::uint64_t> requests_planned = std::nullopt;  // when the end is a number
  std::uint64_t in_flight = 0;
  double read_bytes_per_s = 0;  // of the storage tier
  double write_bytes_per_s = 0;
  std::uint64_t blocks_asked = 0;
  std::uint64_t blocks_hit = 0;
  std::uint64_t errors = 0;
  // Of the volume that is written before the run; while it is, there are no requests to tell of.
  struct Filled {
    Bytes written;
    Bytes target;
  };
  std::optional<Filled> filled = std::nullopt;
};

// One line without a newline, cut off to `columns` at a whole item, most important items first.
std::string progress_line(const Progress& progress, std::size_t columns);

// Shows lines on a stream: on a terminal over each other, elsewhere (a log file) one every ten
// seconds, and one when the phase changes. The stream is borrowed. Results go to standard output,
// so this is for standard error.
class ProgressWriter {
 public:
  static constexpr Duration kLogEvery = std::chrono::seconds(10);

  // `terminal` as isatty() says. `log_every`: between two lines elsewhere.
  ProgressWriter(std::FILE* stream, bool terminal, Duration log_every = kLogEvery)
      : stream_(stream), terminal_(terminal), log_every_(log_every) {}
  ProgressWriter(const ProgressWriter&) = delete;
  ProgressWriter& operator=(const ProgressWriter&) = delete;
  ~ProgressWriter() { clear(); }

  void show(const Progress& progress);
  // Takes the line off the terminal, so that something else can be printed.
  void clear();

 private:
  std::FILE* stream_;
  bool terminal_;
  Duration log_every_;
  bool shown_ = false;
  std::optional<Duration> last_;
  std::string last_phase_;
};

// Columns of the terminal behind the stream; 100 when it has none.
std::size_t terminal_columns(std::FILE* stream);

}  // namespace spillway::report
