// A fio job that does I/O like a traced run: sizes, mix, depth and pauses from its histograms.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "core/bytes.h"
#include "core/time.h"
#include "record/device_latency.h"
#include "stats/bucket_histogram.h"

namespace spillway::report {

// What the histograms do not tell.
struct FioJobOptions {
  std::string name = "kv-cache-traced";
  std::string source;   // what was traced, for the head of the file
  std::string created;  // when, likewise
  std::string file;     // what fio reads and overwrites, made when it is missing
  Bytes size;           // of that file: what the run's storage tier held
  bool random = false;  // a block is read and written front to back; random is the harder case
  Duration runtime = std::chrono::minutes(5);
};

// The text of the job file, with comments that tell where each figure comes from. Throws Error when
// neither bssplit_read_kb nor bssplit_write_kb counted anything.
std::string fio_job(const record::DeviceLatency& traced, const FioJobOptions& options);

// Sizes in KiB as fio's bssplit: "4k/25:1m/75". Each bucket stands for its lower bound. Shares are
// whole percent and sum up to 100: one below 0.5 % is added to the next larger size (at the end, to
// the one before), and the rest is rounded so that the largest remainders go up. Empty for an empty
// histogram.
std::string size_split(const stats::BucketHistogram& sizes_kb);

}  // namespace spillway::report
