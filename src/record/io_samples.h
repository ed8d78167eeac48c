// IoSamples: what a block device and processes had read and written at moments of a run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/utc_time.h"

namespace spillway::record {

// Counters of a device since boot; nothing was read when `success` is false.
struct BlockSample {
  UtcTime taken;
  bool success = false;
  std::uint64_t read_ios = 0;
  std::uint64_t write_ios = 0;
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;
};

// Of one process since it began: bytes fetched from and sent to storage, and its calls.
struct ProcessCounters {
  std::int64_t pid = 0;
  std::string command_line;
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;
  std::uint64_t read_calls = 0;
  std::uint64_t write_calls = 0;
};
struct ProcessSample {
  UtcTime taken;
  bool success = false;
  std::string selection;  // pattern_match; top_fallback: those that moved most, as none matched
  std::vector<ProcessCounters> processes;
};

struct OpenFile {
  std::int64_t pid = 0;
  std::string path;
  bool direct = false;  // opened with O_DIRECT
};
struct OpenFilesSample {
  UtcTime taken;
  bool success = false;
  std::vector<OpenFile> files;
};

struct PhaseWindow {
  std::string phase;
  UtcTime start;
  UtcTime end;
};

// What was read and written between the two ends of a phase, by counters read at those ends.
struct BlockBoundaryDelta {
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;
};
struct ProcessDelta {
  std::int64_t pid = 0;
  std::string command_line;
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;

  friend bool operator==(const ProcessDelta&, const ProcessDelta&) = default;
};
struct ProcessBoundaryDelta {
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;
  std::optional<std::uint64_t> cgroup_read_bytes;  // nothing: the group's counters are not known
  std::optional<std::uint64_t> cgroup_write_bytes;
  std::vector<ProcessDelta> processes;  // most bytes first
};

}  // namespace spillway::record
