// HostSample: what the kernel and the graphics card said of a machine at one moment.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "core/utc_time.h"
#include "record/io_samples.h"

namespace spillway::record {

// Counters of a device since boot, and how many requests it holds now.
struct HostBlock {
  std::string device;
  std::uint64_t reads = 0;
  std::uint64_t read_bytes = 0;
  std::uint64_t read_ms = 0;
  std::uint64_t writes = 0;
  std::uint64_t write_bytes = 0;
  std::uint64_t write_ms = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t busy_ms = 0;   // with at least one request in flight
  std::uint64_t queue_ms = 0;  // integral of requests in flight

  friend bool operator==(const HostBlock&, const HostBlock&) = default;
};

// Shares of the time of all processors since the sample before.
struct CpuShares {
  std::optional<double> user;
  std::optional<double> system;
  std::optional<double> iowait;
};

struct PressureLine {
  std::optional<double> avg10_percent;
  std::optional<std::uint64_t> total_us;
};
struct Pressure {
  PressureLine some;
  PressureLine full;
};

struct GroupFigures {
  std::optional<std::uint64_t> read_bytes;
  std::optional<std::uint64_t> write_bytes;
  std::optional<std::uint64_t> memory_bytes;
};

struct GpuFigures {
  std::optional<std::uint64_t> memory_bytes;
  std::optional<std::uint64_t> memory_used_bytes;
};

inline constexpr std::array<std::string_view, 7> kHostMemory = {
    "MemAvailable", "Cached", "Dirty", "Writeback", "SwapTotal", "SwapFree", "SwapCached"};
inline constexpr std::array<std::string_view, 3> kHostPaging = {"pgpgin", "pgpgout", "pgmajfault"};
inline constexpr std::array<std::string_view, 3> kHostPressure = {"cpu", "io", "memory"};

// What could not be read is nothing, never 0.
struct HostSample {
  using Figures = std::map<std::string, std::uint64_t, std::less<>>;

  UtcTime taken;
  std::optional<std::uint64_t> slot;  // of the schedule; nothing: beside it, at the end
  Duration since_start{};
  std::optional<std::vector<HostBlock>> block;
  CpuShares cpu;
  Figures memory_kib;  // of kHostMemory
  Figures paging;      // of kHostPaging
  std::array<Pressure, kHostPressure.size()> pressure;
  GroupFigures group;
  GpuFigures gpu;
  std::optional<std::vector<ProcessCounters>> processes;
};

// How the schedule was kept: samples at their slots alone.
struct SampleCadence {
  Duration intended{};
  std::uint64_t count = 0;
  std::uint64_t missed = 0;            // slots that passed without a sample
  std::optional<Duration> median_gap;  // nothing with fewer than two samples
  std::optional<Duration> largest_gap;
};

// `begun` are the moments at which samples began, since the first slot; `slots` is how many were
// due.
SampleCadence sample_cadence(Duration intended, std::span<const Duration> begun,
                             std::uint64_t slots);

// A line of host.jsonl, without its end.
std::string host_sample_json(const HostSample& sample);
// An object of one line.
std::string sample_cadence_json(const SampleCadence& cadence);

}  // namespace spillway::record
