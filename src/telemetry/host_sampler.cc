// SPDX-License-Identifier: Apache-2.0
#include "telemetry/host_sampler.h"

#include <fmt/core.h>
#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "core/error.h"
#include "core/utc_time.h"

namespace spillway::telemetry {
namespace {

Duration checked(Duration interval) {
  if (interval >= HostSampler::kShortestInterval) return interval;
  throw Error(
      fmt::format("sample the machine every {} ms: sampling would be most of what is seen; "
                  "give {} ms or more",
                  to_milliseconds(interval), HostSampler::kShortestInterval.count()));
}

}  // namespace

std::uint64_t next_slot(std::uint64_t last, Duration since_start, Duration interval) {
  const auto passed = static_cast<std::uint64_t>(since_start / interval);
  return std::max(last, passed) + 1;
}

HostSampler::HostSampler(const HostSamplerOptions& options, Sink sink)
    : interval_(checked(options.interval)), reader_(options.reader), sink_(std::move(sink)) {
  sample_slot(0);
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  ::pthread_setname_np(thread_.native_handle(), "host-sampler");
}

void HostSampler::run(const std::stop_token& stop) {
  try {
    follow_schedule(stop);
  } catch (...) {
    failure_ = std::current_exception();
  }
}

void HostSampler::follow_schedule(const std::stop_token& stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any tick;
  while (true) {
    const std::uint64_t slot = next_slot(last_slot_, since_start(), interval_);
    tick.wait_until(lock, stop, start_ + interval_ * static_cast<Duration::rep>(slot),
                    [] { return false; });
    if (stop.stop_requested()) return;
    sample_slot(slot);
  }
}

void HostSampler::sample_slot(std::uint64_t slot) {
  const Duration begun = since_start();
  last_slot_ = slot;
  begun_.push_back(begun);
  sample(slot, begun);
}

void HostSampler::sample(std::optional<std::uint64_t> slot, Duration since_start) {
  const auto now = utc_now();
  record::HostSample one = reader_.read(now);
  one.slot = slot;
  one.since_start = since_start;
  sink_(one);
}

record::SampleCadence HostSampler::finish() {
  const Duration end = since_start();
  thread_.request_stop();
  thread_.join();
  if (failure_) std::rethrow_exception(failure_);
  sample(std::nullopt, since_start());
  const auto due = static_cast<std::uint64_t>(end / interval_);
  return record::sample_cadence(interval_, begun_, std::max(due, last_slot_) + 1);
}

}  // namespace spillway::telemetry
