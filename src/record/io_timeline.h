// IoTimeline: samples of a run's I/O as the CSV files that people and plots read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "record/io_samples.h"

namespace spillway::record {

// block_stat_timeline.csv: totals since boot, and what was added since the row before; the first
// row has 0. Samples that failed have no row.
std::string block_timeline_csv(const std::string& device, const std::vector<BlockSample>& samples);

// proc_io_timeline.csv: a row a process and sample, likewise; the first row of a process has 0.
std::string process_timeline_csv(const std::vector<ProcessSample>& samples);

}  // namespace spillway::record
