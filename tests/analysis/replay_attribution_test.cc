// SPDX-License-Identifier: Apache-2.0
#include "analysis/replay_attribution.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace spillway::analysis {
namespace {

using record::FileState;
using record::Found;
using record::ReplayEvidence;
using record::ReplaySummary;

Found<ReplaySummary> summary(const std::string& tier_mode, const std::string& kv_mode = "") {
  return {.value = {.tier_mode = tier_mode, .kv_mode = kv_mode},
          .state = FileState::read,
          .detail = "summary.json"};
}

// A replay of which every counter tells the same.
Found<ReplayEvidence> report() {
  return {.value = {.phase = "replay",
                    .window_is_valid = true,
                    .block_read_bytes = 4096,
                    .process_read_bytes = 4096,
                    .cgroup_read_bytes = 4096,
                    .pids = {{.pid = 7, .read_bytes = 4096}},
                    .disk_path = "/cache",
                    .files_available = true,
                    .files = 1},
          .state = FileState::read,
          .detail = "report.json"};
}

std::string_view status(const ReplayVerdict& verdict, std::string_view check) {
  const auto found = std::ranges::find(verdict.checks, check, &ReplayCheck::name);
  return found == verdict.checks.end() ? "absent" : name_of(found->status);
}

TEST(ReplayAttribution, AWholeSetOfEvidencePasses) {
  const ReplayVerdict verdict = judge_replay(summary("B2"), report(), true);
  EXPECT_TRUE(verdict.passed());
  EXPECT_TRUE(verdict.strict);
  EXPECT_EQ(verdict.checks.size(), 6U);
  for (const ReplayCheck& one : verdict.checks) EXPECT_EQ(one.status, CheckStatus::pass);
}

TEST(ReplayAttribution, TheModeIsTheTiersOrElseTheCaches) {
  EXPECT_EQ(judge_replay(summary("B1", "cpu_disk"), report(), true).mode, "B1");
  EXPECT_EQ(judge_replay(summary("", "cpu_disk"), report(), true).mode, "B2");
  EXPECT_EQ(judge_replay(summary("B9", "off"), report(), true).mode, "B0");
  EXPECT_EQ(judge_replay(summary("B9", "tape"), report(), true).mode, "unknown");
}

TEST(ReplayAttribution, OnlyADiskTierHasToShowReads) {
  Found<ReplayEvidence> idle = report();
  idle.value.block_read_bytes = 0;
  idle.value.process_read_bytes = 0;
  idle.value.cgroup_read_bytes = 0;
  idle.value.pids.clear();
  EXPECT_FALSE(judge_replay(summary("B2"), idle, true).passed());
  for (const std::string_view mode : {"B0", "B1"}) {
    const ReplayVerdict verdict = judge_replay(summary(std::string(mode)), idle, true);
    EXPECT_TRUE(verdict.passed());
    EXPECT_EQ(status(verdict, "strict_replay_gate"), "PASS");
    EXPECT_EQ(status(verdict, "replay_block_reads_positive"), "absent");
  }
}

TEST(ReplayAttribution, AProcessTotalWithoutReadersIsAWarning) {
  Found<ReplayEvidence> found = report();
  found.value.pids = {{.pid = 0, .read_bytes = 4096}, {.pid = 8, .read_bytes = 0}};
  const ReplayVerdict verdict = judge_replay(summary("B2"), found, true);
  EXPECT_TRUE(verdict.passed());
  EXPECT_EQ(verdict.method, ProcessEvidence::pid);
  EXPECT_EQ(status(verdict, "replay_process_pid_readers_present"), "WARN");
  EXPECT_TRUE(verdict.pids_are_listed());
  EXPECT_TRUE(verdict.readers.empty()) << "an entry without a pid names no process";
}

TEST(ReplayAttribution, ReadersStandInTheOrderOfWhatTheyRead) {
  Found<ReplayEvidence> found = report();
  found.value.pids = {
      {.pid = 9, .read_bytes = 5}, {.pid = 2, .read_bytes = 10}, {.pid = 3, .read_bytes = 5}};
  const ReplayVerdict verdict = judge_replay(summary("B2"), found, true);
  ASSERT_EQ(verdict.readers.size(), 3U);
  EXPECT_EQ(verdict.readers[0].pid, 2);
  EXPECT_EQ(verdict.readers[1].pid, 3);
  EXPECT_EQ(verdict.readers[2].pid, 9);
}

TEST(ReplayAttribution, AMissingReportFailsOnlyWhereItIsExpected) {
  const Found<ReplayEvidence> none;
  EXPECT_EQ(status(judge_replay(summary("B1"), none, false), "io_report_present"), "WARN");
  EXPECT_EQ(status(judge_replay(summary("B1"), none, true), "io_report_present"), "FAIL");
  Found<ReplaySummary> promised = summary("B1");
  promised.value.io_attribution = true;
  EXPECT_EQ(status(judge_replay(promised, none, false), "io_report_present"), "FAIL");
}

TEST(ReplayAttribution, AnUnreadableReportFailsAlways) {
  const Found<ReplayEvidence> bad = {
      .value = {}, .state = FileState::unreadable, .detail = "report.json:1: byte 0: bad"};
  const ReplayVerdict verdict = judge_replay(summary("B1"), bad, false);
  EXPECT_EQ(status(verdict, "io_report_parse"), "FAIL");
  EXPECT_FALSE(verdict.passed());
}

TEST(ReplayAttribution, ASummaryThatIsNotThereIsAWarning) {
  Found<ReplaySummary> none;
  EXPECT_EQ(status(judge_replay(none, report(), true), "summary_present"), "WARN");
  none.state = FileState::unreadable;
  const ReplayVerdict verdict = judge_replay(none, report(), true);
  EXPECT_EQ(status(verdict, "summary_parse"), "WARN");
  EXPECT_TRUE(verdict.passed());
  EXPECT_EQ(verdict.mode, "unknown");
}

TEST(ReplayAttribution, AWindowIsNeededWhereItIsStrict) {
  Found<ReplayEvidence> found = report();
  found.value.window_is_valid = false;
  EXPECT_EQ(status(judge_replay(summary("B2"), found, true), "replay_phase_window"), "FAIL");
  EXPECT_EQ(status(judge_replay(summary("B1"), found, true), "replay_phase_window"), "absent");
}

TEST(ReplayAttribution, FilesAreAHintAndNoCondition) {
  const auto observed = [](void (*change)(ReplayEvidence&)) {
    Found<ReplayEvidence> found = report();
    change(found.value);
    const ReplayVerdict verdict = judge_replay(summary("B2"), found, true);
    EXPECT_TRUE(verdict.passed());
    return status(verdict, "replay_kvbm_file_observation");
  };
  EXPECT_EQ(observed([](ReplayEvidence&) {}), "PASS");
  EXPECT_EQ(observed([](ReplayEvidence& one) { one.files = 0; }), "WARN");
  EXPECT_EQ(observed([](ReplayEvidence& one) { one.files_available = false; }), "WARN");
  EXPECT_EQ(observed([](ReplayEvidence& one) { one.disk_path.clear(); }), "WARN");
}

}  // namespace
}  // namespace spillway::analysis
