// KvbmSummary: what the KV block manager's counters showed over a whole run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "analysis/replay_signal.h"
#include "record/kvbm.h"

namespace spillway::analysis {

struct KvbmRun {
  std::string scenario;  // eviction_replay, rehydrate_replay, reuse_verify, or one without a signal
  std::string kv_mode;   // off, cpu_only, cpu_disk
  bool enabled = false;  // the mode has a block manager
  // Of scenarios that are not the harness's: the phases of its replay, if it has one.
  std::optional<ReplayPhases> replay = std::nullopt;
};

// Sums over the phases.
struct KvbmRollup {
  double offloaded_blocks = 0;
  double onboarded_blocks = 0;
  double matched_tokens = 0;
};

struct KvbmSummary {
  KvbmRun run;
  bool available = false;   // it is enabled, and a reading had metrics
  std::string_view status;  // ok, skipped, unavailable
  std::string_view reason;  // empty when it is available
  std::size_t snapshots = 0;
  PhaseDeltas deltas;
  std::optional<KvbmRollup> rollup;  // nothing when it is not available
  // Of the scenario, under this name; without a signal when there are no metrics.
  std::string signal_name;  // empty: the scenario has none
  std::variant<std::monostate, KvbmReplaySignal, ReuseSignal> signal;
};

KvbmSummary summarise_kvbm(const KvbmRun& run, std::span<const record::KvbmSnapshot> snapshots,
                           const PhaseDeltas& deltas);

}  // namespace spillway::analysis
