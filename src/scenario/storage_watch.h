// StorageWatch: the device's and the process's counters over the measured window.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/mutex.h"
#include "core/time.h"
#include "record/run.h"
#include "scenario/bench_settings.h"
#include "scenario/tiers.h"
#include "telemetry/block_device.h"
#include "telemetry/process_usage.h"

namespace spillway::scenario {

// One a run. Reads small files of the kernel at the two ends of the window, about 50 us each.
class StorageWatch {
 public:
  StorageWatch(const BenchConfig& config, const SharedTiers& tiers);

  // Called by every shard, and by a forced end. From the first opening, of which this tells true,
  // to the last closing: shards that have less to do than others close earlier.
  bool open();
  void close();

  // The proof and the cost of the run, whose counters are complete.
  void fill(record::Run& run);

 private:
  struct Reading {
    std::optional<telemetry::BlockCounters> device;
    std::optional<telemetry::ProcessIo> process;
    Duration cpu{};
    std::chrono::steady_clock::time_point wall;
  };
  Reading read() const;

  std::optional<tier::DeviceNumber> device_;
  bool modelled_;
  bool direct_;
  Mutex mutex_;
  std::optional<Reading> opened_ SPILLWAY_GUARDED_BY(mutex_);
  std::optional<Reading> closed_ SPILLWAY_GUARDED_BY(mutex_);
};

}  // namespace spillway::scenario
