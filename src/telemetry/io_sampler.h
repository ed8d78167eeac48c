// IoSampler: looks at a run's I/O every so often, and at the ends of its phases.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <thread>

#include "core/mutex.h"
#include "core/time.h"
#include "record/io_files.h"
#include "telemetry/process_scan.h"

namespace spillway::telemetry {

struct IoSamplerOptions {
  std::string device = "nvme0n1";
  std::string pattern = "dynamo\\.trtllm";         // of the serving processes' command lines
  std::size_t fallback = 12;                       // processes, when none matches
  std::string cache_directory = "/mnt/nvme/kvbm";  // whose files are looked for
  Duration interval = std::chrono::seconds(1);     // kShortestInterval at least
  std::string proc_root = "/proc";
  std::string sys_root = "/sys";
};

// A thread of its own, `io-sampler`, from the first sample to the last. All samples stay in memory:
// some hundred bytes a process and second.
class IoSampler {
 public:
  static constexpr std::chrono::milliseconds kShortestInterval{200};

  // Takes the first sample. Throws Error for a pattern that is none.
  explicit IoSampler(const IoSamplerOptions& options);

  // An end of a phase: one more sample, and the kernel's memory. Any thread.
  void mark(const record::BoundaryLabel& at);

  // Ends the thread, takes the last sample, and gives all. The last call.
  record::IoSamples finish();

 private:
  void run(const std::stop_token& stop);
  void sample();
  void mark_memory(const record::BoundaryLabel& at);

  IoSamplerOptions options_;
  ProcessScan scan_;
  Mutex mutex_;
  record::IoSamples samples_ SPILLWAY_GUARDED_BY(mutex_);
  std::jthread thread_;  // ends before what it samples with
};

}  // namespace spillway::telemetry
