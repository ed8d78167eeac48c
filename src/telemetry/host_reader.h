// HostReader: reads one sample of the machine from the kernel's files and the graphics card.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "record/host_sample.h"
#include "telemetry/gpu.h"
#include "telemetry/process_scan.h"

namespace spillway::telemetry {

struct HostReaderOptions {
  std::string root;                      // before /proc and /sys
  std::string device;                    // a drive or a partition; empty: all drives
  std::string pattern;                   // of command lines; empty: no processes are looked for
  std::optional<std::int64_t> group_of;  // the process whose control group is read
  std::string gpu_library = kNvml;
};

// Shares of processor time lie between two calls, so the first sample has none.
class HostReader {
 public:
  // Throws Error for a pattern that is none.
  explicit HostReader(const HostReaderOptions& options);

  record::HostSample read(UtcTime now);

 private:
  // user, nice, system, idle, iowait, irq, softirq, steal: proc_stat(5)
  using CpuTicks = std::array<std::uint64_t, 8>;

  static record::CpuShares shares_between(const CpuTicks& before, const CpuTicks& after);
  record::CpuShares cpu_shares();
  record::GroupFigures group_figures() const;

  HostReaderOptions options_;
  std::string proc_;
  std::string sys_;
  std::unique_ptr<ProcessScan> scan_;  // none without a pattern
  std::optional<CpuTicks> ticks_;
};

}  // namespace spillway::telemetry
