// HostSampler: samples the machine on a fixed schedule, whatever runs meanwhile.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "core/time.h"
#include "record/host_sample.h"
#include "telemetry/host_reader.h"

namespace spillway::telemetry {

struct HostSamplerOptions {
  HostReaderOptions reader;
  Duration interval = std::chrono::seconds(1);  // kShortestInterval at least
};

// The slot that comes next for a sampler that is free `since_start`, after slot `last`: slots lie
// at multiples of `interval`, and those that have passed are not made up for.
std::uint64_t next_slot(std::uint64_t last, Duration since_start, Duration interval);

// A thread of its own, `host-sampler`. Slots are counted from the start on the monotonic clock, so
// that what a sample takes does not shift those after it.
class HostSampler {
 public:
  static constexpr std::chrono::milliseconds kShortestInterval{10};
  // Called by one thread at a time; what it throws ends the sampling, and finish() throws it.
  using Sink = std::function<void(const record::HostSample&)>;

  // Takes the sample of slot 0 before it returns. Throws Error for a pattern that is none or an
  // interval that is too short.
  HostSampler(const HostSamplerOptions& options, Sink sink);

  // Ends the thread, takes a sample beside the schedule, and tells how the schedule was kept. The
  // last call.
  record::SampleCadence finish();

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  void run(const std::stop_token& stop);
  void follow_schedule(const std::stop_token& stop);
  void sample_slot(std::uint64_t slot);
  void sample(std::optional<std::uint64_t> slot, Duration since_start);
  Duration since_start() const { return std::chrono::steady_clock::now() - start_; }

  Duration interval_;
  HostReader reader_;
  Sink sink_;
  SteadyTime start_ = std::chrono::steady_clock::now();
  std::uint64_t last_slot_ = 0;
  std::vector<Duration> begun_;  // by the samples at slots
  std::exception_ptr failure_;
  std::jthread thread_;  // ends before what it samples with; the others are its own until then
};

}  // namespace spillway::telemetry
