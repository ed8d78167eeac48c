// SPDX-License-Identifier: Apache-2.0
#include "analysis/replay_attribution.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace spillway::analysis {
namespace {

using record::FileState;
using record::Found;
using record::PidReads;
using record::ReplayEvidence;
using record::ReplaySummary;

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kModes = {
    {{"off", "B0"}, {"cpu_only", "B1"}, {"cpu_disk", "B2"}}};

std::string mode_of(const ReplaySummary& summary) {
  for (const auto& [kv_mode, tier_mode] : kModes) {
    if (summary.tier_mode == tier_mode) return summary.tier_mode;
  }
  for (const auto& [kv_mode, tier_mode] : kModes) {
    if (summary.kv_mode == kv_mode) return std::string(tier_mode);
  }
  return "unknown";
}

// Pids begin at 1: 0 is an entry that names no process.
std::vector<PidReads> readers_among(const std::vector<PidReads>& pids) {
  std::vector<PidReads> readers;
  for (const PidReads& one : pids) {
    if (one.pid > 0 && one.read_bytes > 0) readers.push_back(one);
  }
  // Of equal readers the lower pid comes first, so that the verdict is the same every time.
  std::ranges::sort(readers, [](const PidReads& a, const PidReads& b) {
    return a.read_bytes != b.read_bytes ? a.read_bytes > b.read_bytes : a.pid < b.pid;
  });
  return readers;
}

ProcessEvidence method_of(const ReplayEvidence& evidence) {
  if (evidence.process_read_bytes > 0) return ProcessEvidence::pid;
  return evidence.cgroup_read_bytes > 0 ? ProcessEvidence::cgroup : ProcessEvidence::none;
}

class Judge {
 public:
  explicit Judge(ReplayVerdict& verdict) : verdict_(verdict) {}

  void summary(const Found<ReplaySummary>& summary) {
    if (summary.state == FileState::missing) say("summary_present", CheckStatus::warn, summary);
    if (summary.state == FileState::unreadable) say("summary_parse", CheckStatus::warn, summary);
  }

  void report(const Found<ReplayEvidence>& report, bool expected) {
    switch (report.state) {
      case FileState::read:
        say("io_report_present", CheckStatus::pass, report);
        return;
      case FileState::missing:
        say("io_report_present", expected ? CheckStatus::fail : CheckStatus::warn, report);
        return;
      case FileState::unreadable:
        say("io_report_parse", CheckStatus::fail, report);
        return;
    }
  }

  void replay() {
    if (!verdict_.strict) {
      say("strict_replay_gate", CheckStatus::pass,
          fmt::format("strict gate not required for mode={}", verdict_.mode));
      return;
    }
    window();
    reads();
    pid_readers();
  }

  void files() {
    const ReplayEvidence& evidence = verdict_.evidence;
    if (evidence.disk_path.empty()) {
      file_observation(CheckStatus::warn, "kvbm_disk_path missing/empty");
    } else if (!evidence.files_available) {
      file_observation(CheckStatus::warn, "no observation of open files in the report");
    } else {
      file_observation(evidence.files > 0 ? CheckStatus::pass : CheckStatus::warn,
                       fmt::format("replay observed files under kvbm path={}", evidence.files));
    }
  }

 private:
  void say(std::string_view name, CheckStatus status, std::string detail) {
    verdict_.checks.push_back(
        {.name = std::string(name), .status = status, .detail = std::move(detail)});
  }
  template <typename Value>
  void say(std::string_view name, CheckStatus status, const Found<Value>& file) {
    say(name, status, file.detail);
  }
  void require(std::string_view name, bool holds, std::string detail) {
    say(name, holds ? CheckStatus::pass : CheckStatus::fail, std::move(detail));
  }
  void file_observation(CheckStatus status, std::string detail) {
    say("replay_kvbm_file_observation", status, std::move(detail));
  }

  void window() {
    const ReplayEvidence& evidence = verdict_.evidence;
    const bool known = !evidence.phase.empty() && evidence.window_is_valid;
    require("replay_phase_window", known,
            known ? fmt::format("phase={} start/end present", evidence.phase)
                  : "missing replay phase window");
  }

  void reads() {
    const ReplayEvidence& evidence = verdict_.evidence;
    require("replay_block_reads_positive", evidence.block_read_bytes > 0,
            fmt::format("replay block read bytes={}", evidence.block_read_bytes));
    require("replay_process_reads_positive", verdict_.method != ProcessEvidence::none,
            fmt::format("replay process read bytes pid_total={} cgroup_total={} method={}",
                        evidence.process_read_bytes, evidence.cgroup_read_bytes,
                        name_of(verdict_.method)));
  }

  void pid_readers() {
    constexpr std::string_view kName = "replay_process_pid_readers_present";
    if (!verdict_.readers.empty()) {
      say(kName, CheckStatus::pass,
          fmt::format("positive replay reader pids={}", verdict_.readers.size()));
    } else if (verdict_.method == ProcessEvidence::none) {
      say(kName, CheckStatus::fail, "per-pid replay readers absent and no cgroup process evidence");
    } else {
      say(kName, CheckStatus::warn,
          fmt::format("per-pid replay readers are zero; using {} replay read bytes={}",
                      name_of(verdict_.method),
                      verdict_.method == ProcessEvidence::pid
                          ? verdict_.evidence.process_read_bytes
                          : verdict_.evidence.cgroup_read_bytes));
    }
  }

  ReplayVerdict& verdict_;
};

}  // namespace

std::string_view name_of(CheckStatus status) {
  constexpr std::array<std::string_view, 3> kNames = {"PASS", "WARN", "FAIL"};
  return kNames.at(static_cast<std::size_t>(status));
}

std::string_view name_of(ProcessEvidence evidence) {
  constexpr std::array<std::string_view, 3> kNames = {"none", "pid", "cgroup"};
  return kNames.at(static_cast<std::size_t>(evidence));
}

bool ReplayVerdict::passed() const {
  return std::ranges::none_of(
      checks, [](const ReplayCheck& one) { return one.status == CheckStatus::fail; });
}

ReplayVerdict judge_replay(const Found<ReplaySummary>& summary, const Found<ReplayEvidence>& report,
                           bool report_expected) {
  ReplayVerdict verdict;
  verdict.mode = mode_of(summary.value);
  verdict.strict = verdict.mode == "B2";
  verdict.evidence = report.value;
  verdict.method = method_of(report.value);
  verdict.readers = readers_among(report.value.pids);
  Judge judge(verdict);
  judge.summary(summary);
  judge.report(report, report_expected || summary.value.io_attribution);
  judge.replay();
  judge.files();
  return verdict;
}

}  // namespace spillway::analysis
