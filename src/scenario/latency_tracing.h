// LatencyTracing: bpftrace beside a run, from when its load begins until it is over.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "record/beside.h"
#include "telemetry/bpftrace.h"
#include "tier/file_system.h"

namespace spillway::scenario {

// What is missing becomes a reason on record; the run goes on. One call at a time.
class LatencyTracing {
 public:
  // `storage`: what the storage tier's files lie on.
  explicit LatencyTracing(const tier::FileSystemFacts& storage);

  // Waits until it is attached, some seconds at most.
  void start();
  // Why it does not measure, or not all; empty when it does.
  const std::string& reason() const { return reason_; }
  // Waits until bpftrace has printed its histograms, ten seconds at most. Does nothing when it was
  // never started.
  record::LatencyTracing finish();

 private:
  telemetry::BpftraceOptions options_;
  std::unique_ptr<telemetry::Bpftrace> bpftrace_;
  std::string reason_ = "the run ended before its load began";
  std::string without_device_;
};

}  // namespace spillway::scenario
