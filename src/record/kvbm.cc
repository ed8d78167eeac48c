// SPDX-License-Identifier: Apache-2.0
#include "record/kvbm.h"

#include <algorithm>

namespace spillway::record {
namespace {

std::optional<double> value_of(const KvbmSnapshot& snapshot, std::string_view name) {
  const auto found = snapshot.metrics.find(std::string(name));
  return found == snapshot.metrics.end() ? std::nullopt : std::optional(found->second);
}

KvbmCounterDelta counter_delta(std::optional<double> before, std::optional<double> after) {
  KvbmCounterDelta delta{.clamped = std::max(0.0, after.value_or(0) - before.value_or(0))};
  if (!before || !after) return delta;
  delta.reset = *after < *before;
  delta.measured = delta.reset ? *after : *after - *before;
  return delta;
}

template <typename Chosen>
std::vector<std::string> counters_where(const KvbmDelta& delta, Chosen chosen) {
  std::vector<std::string> names;
  for (const auto& [name, counter] : delta.counters) {
    if (chosen(counter)) names.push_back(name);
  }
  return names;
}

}  // namespace

double KvbmDelta::clamped(std::string_view counter) const {
  const auto found = counters.find(counter);
  return found == counters.end() ? 0 : found->second.clamped;
}

double KvbmDelta::offloaded_blocks() const {
  return clamped("kvbm_offload_blocks_d2h") + clamped("kvbm_offload_blocks_h2d") +
         clamped("kvbm_offload_blocks_d2d");
}

double KvbmDelta::onboarded_blocks() const {
  return clamped("kvbm_onboard_blocks_d2d") + clamped("kvbm_onboard_blocks_h2d");
}

std::vector<std::string> KvbmDelta::reset_counters() const {
  return counters_where(*this, [](const KvbmCounterDelta& one) { return one.reset; });
}

std::vector<std::string> KvbmDelta::missing_counters() const {
  return counters_where(*this, [](const KvbmCounterDelta& one) { return !one.measured; });
}

KvbmDelta kvbm_delta(const KvbmSnapshot& before, const KvbmSnapshot& after) {
  KvbmDelta delta;
  delta.before_success = before.success;
  delta.after_success = after.success;
  delta.before_error = before.error;
  delta.after_error = after.error;
  if (before.skipped || after.skipped) {
    delta.skipped = true;
    delta.reason = "kvbm_disabled";
    return delta;
  }
  if (!before.success || !after.success) {
    delta.reason = "snapshot_missing";
    return delta;
  }
  delta.available = true;
  for (const std::string_view name : kKvbmCounters) {
    delta.counters.emplace(name, counter_delta(value_of(before, name), value_of(after, name)));
  }
  for (const std::string_view name : kKvbmGauges) delta.gauges.emplace(name, value_of(after, name));
  return delta;
}

}  // namespace spillway::record
