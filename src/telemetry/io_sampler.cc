// SPDX-License-Identifier: Apache-2.0
#include "telemetry/io_sampler.h"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

#include "core/utc_time.h"
#include "telemetry/block_device.h"
#include "telemetry/memory_snapshot.h"

namespace spillway::telemetry {
namespace {

// Two threads sample: one that took longer than the other is behind it in the list.
template <typename Sample>
void sort_by_time(std::vector<Sample>& samples) {
  std::ranges::sort(samples, {}, &Sample::taken);
}

}  // namespace

IoSampler::IoSampler(const IoSamplerOptions& options)
    : options_(options), scan_(options.pattern, options.proc_root) {
  options_.interval = std::max<Duration>(options.interval, kShortestInterval);
  sample();
  mark_memory({.label = "run_start", .phase = "", .boundary = "start"});
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  ::pthread_setname_np(thread_.native_handle(), "io-sampler");
}

void IoSampler::run(const std::stop_token& stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any tick;
  while (!tick.wait_for(lock, stop, options_.interval, [] { return false; }) &&
         !stop.stop_requested()) {
    sample();
  }
}

void IoSampler::sample() {
  const record::BlockSample block = block_sample(options_.device, utc_now(), options_.sys_root);
  record::ProcessSample processes = scan_.sample(utc_now(), options_.fallback);
  std::vector<std::int64_t> pids;
  pids.reserve(processes.processes.size());
  for (const record::ProcessCounters& one : processes.processes) pids.push_back(one.pid);
  record::OpenFilesSample files = scan_.open_files(utc_now(), pids, options_.cache_directory);
  const MutexLock lock(mutex_);
  samples_.block.push_back(block);
  samples_.processes.push_back(std::move(processes));
  samples_.files.push_back(std::move(files));
}

void IoSampler::mark_memory(const record::BoundaryLabel& at) {
  record::MemorySnapshot meminfo = meminfo_snapshot(at, utc_now(), options_.proc_root);
  record::MemorySnapshot vmstat = vmstat_snapshot(at, utc_now(), options_.proc_root);
  const MutexLock lock(mutex_);
  samples_.meminfo.push_back(std::move(meminfo));
  samples_.vmstat.push_back(std::move(vmstat));
}

void IoSampler::mark(const record::BoundaryLabel& at) {
  sample();
  mark_memory(at);
}

record::IoSamples IoSampler::finish() {
  thread_.request_stop();
  thread_.join();
  mark({.label = "run_end", .phase = "", .boundary = "end"});
  const MutexLock lock(mutex_);
  sort_by_time(samples_.block);
  sort_by_time(samples_.processes);
  sort_by_time(samples_.files);
  sort_by_time(samples_.meminfo);
  sort_by_time(samples_.vmstat);
  return std::move(samples_);
}

}  // namespace spillway::telemetry
