// WorkerIo: what the block device, the serving processes and their control group had moved at the
// two ends of a phase, and what they moved between them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/utc_time.h"
#include "record/io_samples.h"

namespace spillway::record {

struct CgroupDevice {
  std::string device;  // major:minor
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;
};

// Counters of a control group, summed over its devices.
struct CgroupIo {
  bool available = false;
  std::string source;               // cgroup_v2_io_stat, cgroup_<file> of version 1
  std::optional<std::int64_t> pid;  // whose group it is
  std::string path;                 // below the root of the groups
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;
  std::vector<CgroupDevice> devices;
  std::string error;  // why it is not available
};

struct WorkerIo {
  UtcTime taken;
  std::string pattern;                     // of command lines
  std::vector<ProcessCounters> processes;  // that match it
  std::vector<std::string> errors;
  CgroupIo cgroup;
  bool available() const { return !processes.empty(); }
  std::string_view source() const { return available() ? "host_proc" : "process_io_unavailable"; }
};

struct BlockIoDelta {
  BlockSample before;
  BlockSample after;
  std::uint64_t read_ios = 0;
  std::uint64_t write_ios = 0;
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;
};

struct WorkerIoDelta {
  WorkerIo before;
  WorkerIo after;
  std::vector<ProcessDelta> processes;  // most bytes first
  // Nothing where one of the readings has none: missing is not zero.
  std::optional<std::uint64_t> read_bytes;
  std::optional<std::uint64_t> write_bytes;
  std::optional<std::uint64_t> cgroup_read_bytes;
  std::optional<std::uint64_t> cgroup_write_bytes;
  bool available() const { return after.available() || cgroup_read_bytes.has_value(); }
};

// Counters that fall count as 0: they were set back. Nothing when a reading failed.
std::optional<BlockIoDelta> block_io_delta(const BlockSample& before, const BlockSample& after);

// A process that the first reading does not have began after it, and counts in full; that needs a
// first reading that found processes.
WorkerIoDelta worker_io_delta(const WorkerIo& before, const WorkerIo& after);

// The delta as the attribution of I/O takes it; nothing when the processes were not seen.
std::optional<ProcessBoundaryDelta> process_boundary(const WorkerIoDelta& delta);

}  // namespace spillway::record
