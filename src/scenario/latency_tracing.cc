// SPDX-License-Identifier: Apache-2.0
#include "scenario/latency_tracing.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "telemetry/block_latency.h"

namespace spillway::scenario {

// The kernel traces for root alone. A file system without a device of its own still has calls.
LatencyTracing::LatencyTracing(const tier::FileSystemFacts& storage) {
  const char* const path = std::getenv("PATH");
  options_ = {.process = ::getpid(),
              .device = storage.device ? telemetry::kernel_device_number(storage.device->major,
                                                                         storage.device->minor)
                                       : 0,
              .search_path = path == nullptr ? "" : path,
              .root = ::geteuid() == 0};
  if (storage.device) return;
  without_device_ =
      fmt::format("{} has no block device: only calls of the process are counted, none of a device",
                  storage.type);
}

void LatencyTracing::start() {
  bpftrace_ = std::make_unique<telemetry::Bpftrace>(options_);
  reason_ = bpftrace_->attached() ? without_device_ : bpftrace_->reason();
}

record::LatencyTracing LatencyTracing::finish() {
  if (!bpftrace_) return {.reason = reason_, .fio_job = {}, .histograms = {}};
  telemetry::BpftraceResult result = bpftrace_->finish();
  bpftrace_.reset();
  return {.reason = result.reason.empty() ? without_device_ : std::move(result.reason),
          .fio_job = {},
          .histograms = std::move(result.histograms)};
}

}  // namespace spillway::scenario
