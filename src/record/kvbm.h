// Kvbm: what the counters of an engine's KV block manager said around a phase of a run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/utc_time.h"

namespace spillway::record {

// Blocks from device to host, from host to disk and from device to disk; then onboarded from disk
// and from host to the device; tokens whose blocks were there; bytes of the disk; the rest.
inline constexpr std::array<std::string_view, 10> kKvbmCounters = {
    "kvbm_offload_blocks_d2h", "kvbm_offload_blocks_h2d", "kvbm_offload_blocks_d2d",
    "kvbm_onboard_blocks_d2d", "kvbm_onboard_blocks_h2d", "kvbm_matched_tokens",
    "kvbm_disk_bytes_read",    "kvbm_disk_bytes_written", "kvbm_cache_evictions",
    "kvbm_cache_prefetches"};
inline constexpr std::array<std::string_view, 5> kKvbmGauges = {
    "kvbm_host_cache_hit_rate", "kvbm_disk_cache_hit_rate", "kvbm_disk_fetch_p50_ms",
    "kvbm_disk_fetch_p95_ms", "kvbm_disk_fetch_p99_ms"};

// One reading of the page; what was not on it is not in the maps.
struct KvbmSnapshot {
  std::string label;  // run_start, before_<phase>, after_<phase>, run_end
  UtcTime taken;
  bool success = false;
  std::string error;                      // why there is no reading
  bool skipped = false;                   // nobody asked: the run has no block manager
  std::map<std::string, double> metrics;  // kvbm_*; counters are summed over their labels
  // Gauges with several series, which have no sum: their values by labels.
  std::map<std::string, std::map<std::string, double>> split_gauges;
  std::size_t unread_lines = 0;  // of the page, that were no metrics
};

// What a counter did between two readings.
struct KvbmCounterDelta {
  double clamped = 0;  // max(0, after - before), missing as 0: the figure of the older tools
  // What is known: nothing when one side has no value; after a reset what was counted since.
  std::optional<double> measured = std::nullopt;
  bool reset = false;  // it is lower than before: the server has started anew

  friend bool operator==(const KvbmCounterDelta&, const KvbmCounterDelta&) = default;
};

struct KvbmDelta {
  bool available = false;
  bool skipped = false;
  std::string reason;  // kvbm_disabled, snapshot_missing; empty when it is available
  bool before_success = false;
  bool after_success = false;
  std::string before_error;
  std::string after_error;
  std::map<std::string, KvbmCounterDelta, std::less<>> counters;     // all of kKvbmCounters
  std::map<std::string, std::optional<double>, std::less<>> gauges;  // after the phase

  // The clamped figure; 0 when there is none.
  double clamped(std::string_view counter) const;
  double offloaded_blocks() const;
  double onboarded_blocks() const;
  double matched_tokens() const { return clamped("kvbm_matched_tokens"); }
  std::vector<std::string> reset_counters() const;
  std::vector<std::string> missing_counters() const;
};

// Of two readings, the first before the phase. A skipped one gives a skipped delta.
KvbmDelta kvbm_delta(const KvbmSnapshot& before, const KvbmSnapshot& after);

}  // namespace spillway::record
