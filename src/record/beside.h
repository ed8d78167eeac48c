// What a run did beside serving requests: filled the device, traced its I/O, compared itself.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "record/device_latency.h"

namespace spillway::record {

// Writes before the run that no other figure holds (--precondition).
struct Precondition {
  std::uint64_t target_bytes = 0;
  std::uint64_t bytes = 0;  // fewer than the target when it was cut short
  std::uint64_t writes = 0;
  std::uint64_t failed = 0;
  std::int64_t elapsed_ns = 0;
  friend bool operator==(const Precondition&, const Precondition&) = default;
};

// The file of --io-trace-log.
struct TraceFile {
  std::string path;            // a draft's when the trace is not whole
  bool extra_columns = false;  // causes, and rows of removals
  std::uint64_t rows = 0;
  std::uint64_t lost = 0;    // the file had failed
  std::uint64_t stalls = 0;  // times that the run waited for the file
  std::string error;
  friend bool operator==(const TraceFile&, const TraceFile&) = default;
};

// What the kernel counted (--enable-latency-tracing).
struct LatencyTracing {
  std::string reason;   // why there are no histograms
  std::string fio_job;  // the name of the job file made of them, in the run directory
  DeviceLatency histograms;
  friend bool operator==(const LatencyTracing&, const LatencyTracing&) = default;
};

// The run's hit ratio against that of recorded requests (--validation-trace).
struct Validation {
  std::string trace;
  std::uint64_t requests = 0;  // in the trace
  std::uint64_t hits = 0;      // of these
  double trace_hit_ratio = 0;
  std::optional<double> hit_ratio = std::nullopt;    // of this run
  std::optional<double> error_ratio = std::nullopt;  // the difference, of the trace's
  bool passed = false;                               // it is within kValidationLimit
  friend bool operator==(const Validation&, const Validation&) = default;
};
// As the MLPerf KV-cache benchmark has it.
inline constexpr double kValidationLimit = 0.05;

}  // namespace spillway::record
