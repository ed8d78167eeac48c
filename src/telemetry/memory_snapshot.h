// MemorySnapshot: the kernel's dirty and cached memory, and its paging.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "record/memory_snapshot.h"

namespace spillway::telemetry {

// Dirty, Writeback, Cached and Buffers of <root>/meminfo, in KiB.
record::MemorySnapshot meminfo_snapshot(const record::BoundaryLabel& at, UtcTime taken,
                                        const std::string& proc_root = "/proc");
// pgfault, pgmajfault, pgpgin and pgpgout of <root>/vmstat, since boot.
record::MemorySnapshot vmstat_snapshot(const record::BoundaryLabel& at, UtcTime taken,
                                       const std::string& proc_root = "/proc");

}  // namespace spillway::telemetry
