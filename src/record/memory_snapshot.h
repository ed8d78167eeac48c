// MemorySnapshot: what the kernel said of its memory at an end of a phase.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/utc_time.h"

namespace spillway::record {

// When it was taken: at an end of the run, or of a phase.
struct BoundaryLabel {
  std::string label;     // run_start, phase_start, phase_end, run_end
  std::string phase;     // empty at the ends of a run
  std::string boundary;  // start, end
};

struct MemorySnapshot {
  UtcTime taken;
  BoundaryLabel at;
  std::string error;  // why there are no values
  std::map<std::string, std::uint64_t> values;
};

// A line of meminfo_snapshots.jsonl (`values_kib`) or vmstat_snapshots.jsonl (`values`), without
// its end.
std::string memory_snapshot_json(const MemorySnapshot& snapshot, std::string_view values_key);

}  // namespace spillway::record
