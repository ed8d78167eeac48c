// SPDX-License-Identifier: Apache-2.0
#include "analysis/replay_signal.h"

#include <fmt/core.h>

#include <algorithm>

namespace spillway::analysis {
namespace {

using record::KvbmDelta;

constexpr std::string_view kMatched = "kvbm_matched_tokens";
constexpr std::string_view kFromHost = "kvbm_onboard_blocks_h2d";
constexpr std::string_view kFromDisk = "kvbm_onboard_blocks_d2d";

const KvbmDelta& delta_of(const PhaseDeltas& deltas, std::string_view phase) {
  static const KvbmDelta none;
  const auto found = deltas.find(phase);
  return found == deltas.end() ? none : found->second;
}

struct Rule {
  std::string_view signal;
  std::string_view reuse_gate;
  std::string_view interpretation;
};

Rule rule_for(const KvbmReplaySignal& figures) {
  if (figures.replay_blocks > 0) {
    return {.signal = "disk_rehydrate_detected",
            .reuse_gate = "reuse_present",
            .interpretation = figures.replay_from_disk > 0
                                  ? "The replay brought blocks back from disk."
                                  : "The replay brought blocks back, from host memory alone."};
  }
  if (figures.replay_tokens <= 0) {
    return {.signal = "no_onboard_no_reuse_signal",
            .reuse_gate = "reuse_absent",
            .interpretation = "The replay matched no tokens: nothing was there to bring back."};
  }
  if (figures.pressure_blocks > 0 || figures.baseline_blocks > 0) {
    return {.signal = "onboard_outside_replay",
            .reuse_gate = "reuse_present",
            .interpretation = "Blocks were brought back before the replay, none during it."};
  }
  return {.signal = "no_onboard_signal",
          .reuse_gate = "reuse_present",
          .interpretation =
              "The replay matched tokens without bringing blocks back: they had "
              "stayed on the device."};
}

void add_caveats(std::string_view phase, const KvbmDelta& delta,
                 std::vector<std::string>& caveats) {
  if (phase.empty()) return;  // the scenario has none of this role
  if (!delta.available) {
    caveats.push_back(
        fmt::format("{}: {}", phase, delta.reason.empty() ? "no readings" : delta.reason));
    return;
  }
  for (const std::string_view name : {kMatched, kFromHost, kFromDisk}) {
    const auto found = delta.counters.find(name);
    if (found == delta.counters.end() || !found->second.measured) {
      caveats.push_back(fmt::format("{}: {} was not on the page", phase, name));
    } else if (found->second.reset) {
      caveats.push_back(fmt::format("{}: {} was reset", phase, name));
    }
  }
}

ReuseSignal::Repeat repeat_of(const KvbmDelta& delta) {
  return {.matched_tokens = delta.matched_tokens(),
          .onboard_from_host = delta.clamped(kFromHost),
          .onboard_from_disk = delta.clamped(kFromDisk)};
}

}  // namespace

KvbmReplaySignal kvbm_replay_signal(const ReplayPhases& phases, const PhaseDeltas& deltas) {
  const KvbmDelta& baseline = delta_of(deltas, phases.baseline);
  const KvbmDelta& pressure = delta_of(deltas, phases.pressure);
  const KvbmDelta& replay = delta_of(deltas, phases.replay);
  KvbmReplaySignal signal{.phases = phases,
                          .signal = "",
                          .reuse_gate = "",
                          .interpretation = "",
                          .baseline_blocks = baseline.onboarded_blocks(),
                          .pressure_blocks = pressure.onboarded_blocks(),
                          .replay_blocks = replay.onboarded_blocks(),
                          .replay_from_host = replay.clamped(kFromHost),
                          .replay_from_disk = replay.clamped(kFromDisk),
                          .baseline_tokens = baseline.matched_tokens(),
                          .pressure_tokens = pressure.matched_tokens(),
                          .replay_tokens = replay.matched_tokens()};
  const Rule rule = rule_for(signal);
  signal.signal = rule.signal;
  signal.reuse_gate = rule.reuse_gate;
  signal.interpretation = rule.interpretation;
  add_caveats(phases.baseline, baseline, signal.caveats);
  add_caveats(phases.pressure, pressure, signal.caveats);
  add_caveats(phases.replay, replay, signal.caveats);
  return signal;
}

IoReplaySignal io_replay_signal(const ReplayPhases& phases, const IoReplayReads& reads) {
  // A replay reads more than noise, and clearly more than the phase that filled the cache.
  constexpr double kLeastMib = 1.0;
  constexpr double kFactor = 1.20;
  const double replay = reads.replay_read_mib.value_or(0);
  const double threshold = std::max(kLeastMib, kFactor * reads.baseline_read_mib.value_or(0));
  IoReplaySignal signal{.phases = phases,
                        .signal = "no_clear_readback",
                        .interpretation = reads.replay_read_mib
                                              ? "The device read nothing during the replay."
                                              : "The device's counters are not known.",
                        .reads = reads};
  if (replay > threshold) {
    signal.signal = "possible_readback";
    signal.interpretation =
        "The device read more during the replay than while the cache was "
        "filled; whoever read.";
  } else if (replay > 0) {
    signal.signal = "weak_read_signal";
    signal.interpretation = "The device read during the replay, but hardly more than before it.";
  }
  return signal;
}

ReuseSignal reuse_signal(const PhaseDeltas& deltas) {
  ReuseSignal signal{.signal = "no_prefix_reuse_signal",
                     .interpretation = "No tokens of the repeated prompt were matched.",
                     .second = repeat_of(delta_of(deltas, "reuse_2")),
                     .third = repeat_of(delta_of(deltas, "reuse_3"))};
  if (signal.second.matched_tokens > 0 || signal.third.matched_tokens > 0) {
    signal.signal = "prefix_reuse_detected";
    signal.interpretation = "Tokens of the repeated prompt were matched.";
  }
  return signal;
}

}  // namespace spillway::analysis
