// IoFiles: the samples of a run's I/O, and the files under io/ that hold them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "record/io_samples.h"
#include "record/memory_snapshot.h"

namespace spillway::record {

// Each in the order of time.
struct IoSamples {
  std::vector<BlockSample> block;
  std::vector<ProcessSample> processes;
  std::vector<OpenFilesSample> files;
  std::vector<MemorySnapshot> meminfo;
  std::vector<MemorySnapshot> vmstat;
};

// Writes block_stat_timeline.csv (and again iostat.csv), proc_io_timeline.csv (and again
// pidstat.csv), meminfo_snapshots.jsonl and vmstat_snapshots.jsonl into a directory that exists.
// Throws Error.
void write_io_files(const std::string& directory, const std::string& device,
                    const IoSamples& samples);

}  // namespace spillway::record
