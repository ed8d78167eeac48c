// ReplayAttribution: did the storage tier serve the replay? Holds the block device's reads against
// those of the serving processes ("A2"), and says for each piece of evidence what it shows.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/replay_evidence.h"

namespace spillway::analysis {

enum class CheckStatus : std::uint8_t { pass, warn, fail };
std::string_view name_of(CheckStatus status);  // PASS, WARN, FAIL

struct ReplayCheck {
  std::string name;
  CheckStatus status = CheckStatus::pass;
  std::string detail;
};

// Whose counters show that the serving processes read.
enum class ProcessEvidence : std::uint8_t { none, pid, cgroup };
std::string_view name_of(ProcessEvidence evidence);

struct ReplayVerdict {
  std::string mode;     // B0, B1, B2, or unknown
  bool strict = false;  // the reads have to be shown: the mode has a disk tier
  std::vector<ReplayCheck> checks;
  record::ReplayEvidence evidence;
  ProcessEvidence method = ProcessEvidence::none;
  std::vector<record::PidReads> readers;  // that read something, most first

  bool passed() const;
  bool pids_are_listed() const { return !evidence.pids.empty(); }
};

// `report_expected`: a missing report is a failure even when the summary does not promise one.
ReplayVerdict judge_replay(const record::Found<record::ReplaySummary>& summary,
                           const record::Found<record::ReplayEvidence>& report,
                           bool report_expected);

}  // namespace spillway::analysis
