// ReplaySignal: what counters say about whether a replay found its KV blocks again, and where.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/kvbm.h"

namespace spillway::analysis {

using PhaseDeltas = std::map<std::string, record::KvbmDelta, std::less<>>;

// The phases that fill the cache, press its content out, and ask for it again.
struct ReplayPhases {
  std::string_view baseline;
  std::string_view pressure;
  std::string_view replay;
};
inline constexpr ReplayPhases kEvictionPhases = {
    .baseline = "warm_A", .pressure = "pressure_B", .replay = "replay_A"};
inline constexpr ReplayPhases kRehydratePhases = {
    .baseline = "populate", .pressure = "thrash", .replay = "replay"};

// By the block manager's counters. Blocks are those onboarded to the device, wherever from.
struct KvbmReplaySignal {
  ReplayPhases phases;
  std::string_view signal;
  std::string_view reuse_gate;
  std::string_view interpretation;
  double baseline_blocks = 0;
  double pressure_blocks = 0;
  double replay_blocks = 0;
  double replay_from_host = 0;
  double replay_from_disk = 0;
  double baseline_tokens = 0;  // matched
  double pressure_tokens = 0;
  double replay_tokens = 0;
  // Why the figures may be too low: "replay: kvbm_matched_tokens was not on the page".
  std::vector<std::string> caveats =
      {};  // NOLINT(readability-redundant-member-init): none; for initialisers
};
KvbmReplaySignal kvbm_replay_signal(const ReplayPhases& phases, const PhaseDeltas& deltas);

// By the block device's counters, in MiB; nothing where the device had none.
struct IoReplayReads {
  std::optional<double> baseline_read_mib;
  std::optional<double> pressure_write_mib;
  std::optional<double> replay_read_mib;
};
struct IoReplaySignal {
  ReplayPhases phases;
  std::string_view signal;
  std::string_view interpretation;
  IoReplayReads reads;
};
IoReplaySignal io_replay_signal(const ReplayPhases& phases, const IoReplayReads& reads);

// Of one prompt that is sent two or three times.
struct ReuseSignal {
  std::string_view signal;
  std::string_view interpretation;
  struct Repeat {
    double matched_tokens = 0;
    double onboard_from_host = 0;
    double onboard_from_disk = 0;
  };
  Repeat second;
  Repeat third;
};
ReuseSignal reuse_signal(const PhaseDeltas& deltas);

}  // namespace spillway::analysis
