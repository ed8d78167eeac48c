// SPDX-License-Identifier: Apache-2.0
#include "analysis/kvbm_summary.h"

#include <algorithm>

namespace spillway::analysis {
namespace {

KvbmRollup rollup_of(const PhaseDeltas& deltas) {
  KvbmRollup sums;
  for (const auto& [phase, delta] : deltas) {
    sums.offloaded_blocks += delta.offloaded_blocks();
    sums.onboarded_blocks += delta.onboarded_blocks();
    sums.matched_tokens += delta.matched_tokens();
  }
  return sums;
}

void add_signal(KvbmSummary& summary) {
  const std::string& scenario = summary.run.scenario;
  if (scenario == "eviction_replay" || scenario == "rehydrate_replay") {
    summary.signal_name = scenario + "_signal";
    const bool evicts = scenario == "eviction_replay";
    if (summary.available) {
      summary.signal =
          kvbm_replay_signal(evicts ? kEvictionPhases : kRehydratePhases, summary.deltas);
    }
  } else if (scenario == "reuse_verify") {
    summary.signal_name = "reuse_verify_signal";
    if (summary.available) summary.signal = reuse_signal(summary.deltas);
  } else if (summary.run.replay) {
    summary.signal_name = "replay_signal";
    if (summary.available) summary.signal = kvbm_replay_signal(*summary.run.replay, summary.deltas);
  }
}

void set_status(KvbmSummary& summary) {
  if (!summary.run.enabled) {
    summary.status = "skipped";
    summary.reason = "kvbm_disabled";
  } else if (summary.available) {
    summary.status = "ok";
  } else {
    summary.status = "unavailable";
    summary.reason = "kvbm_metrics_unavailable";
  }
}

}  // namespace

KvbmSummary summarise_kvbm(const KvbmRun& run, std::span<const record::KvbmSnapshot> snapshots,
                           const PhaseDeltas& deltas) {
  KvbmSummary summary;
  summary.run = run;
  summary.available =
      run.enabled && std::ranges::any_of(snapshots, [](const record::KvbmSnapshot& one) {
        return one.success && !one.metrics.empty();
      });
  set_status(summary);
  summary.snapshots = snapshots.size();
  summary.deltas = deltas;
  if (summary.available) summary.rollup = rollup_of(deltas);
  add_signal(summary);
  return summary;
}

}  // namespace spillway::analysis
