// SPDX-License-Identifier: Apache-2.0
#include "record/replay_evidence.h"

#include <gtest/gtest.h>

#include "tests/text/temporary_directory.h"

namespace spillway::record {
namespace {

ReplayEvidence evidence(std::string_view json) { return parse_replay_evidence(json, "report"); }

TEST(ReplayEvidence, TakesTheBestNameOfAReplay) {
  EXPECT_EQ(evidence(R"({"phase_windows": {"replay_2": {}, "replay": {}}})").phase, "replay");
  EXPECT_EQ(evidence(R"({"phase_windows": {"replay_2": {}, "replay_A": {}}})").phase, "replay_A");
  EXPECT_EQ(evidence(R"({"phase_windows": {"replay_9": {}, "replay_2": {}}})").phase, "replay_2");
  EXPECT_EQ(evidence(R"({"phase_windows": {"populate": {}}})").phase, "");
}

TEST(ReplayEvidence, AWindowNeedsTwoMoments) {
  const auto valid = [](std::string_view window) {
    return evidence(R"({"phase_windows": {"replay": )" + std::string(window) + "}}")
        .window_is_valid;
  };
  EXPECT_TRUE(valid(R"({"start": "2026-02-12T00:00:00Z", "end": "2026-02-12T00:00:01+00:00"})"));
  EXPECT_FALSE(valid(R"({"start": "2026-02-12T00:00:00Z", "end": "later"})"));
  EXPECT_FALSE(valid(R"({"start": "2026-02-12T00:00:00Z"})"));
  EXPECT_FALSE(valid("[]"));
}

TEST(ReplayEvidence, BadNumbersAreNoEvidence) {
  const ReplayEvidence found = evidence(R"({
    "phase_windows": {"replay": {}},
    "block_io_by_phase": {"replay": {"read_bytes": "many"}},
    "process_io_by_phase": {"replay": {"read_bytes": null, "cgroup_read_bytes": "12",
      "per_pid": [{"pid": "x", "read_bytes_delta": 5}, {"pid": 7, "read_bytes_delta": 0,
                  "read_bytes": 3}, 9]}}})");
  EXPECT_EQ(found.block_read_bytes, 0);
  EXPECT_EQ(found.process_read_bytes, 0);
  EXPECT_EQ(found.cgroup_read_bytes, 12);
  ASSERT_EQ(found.pids.size(), 3U);
  EXPECT_EQ(found.pids[0].pid, 0);
  EXPECT_EQ(found.pids[1].read_bytes, 3) << "a sampled count where the delta is zero";
  EXPECT_EQ(found.pids[2].read_bytes, 0);
}

TEST(ReplayEvidence, TellsAMissingFileFromOneThatCannotBeRead) {
  const TemporaryDirectory directory;
  EXPECT_EQ(find_replay_summary(directory.file("none.json")).state, FileState::missing);
  for (const std::string_view bad : {"", "{", "[1]", "text"}) {
    const Found<ReplayEvidence> found = find_replay_evidence(directory.write("report.json", bad));
    EXPECT_EQ(found.state, FileState::unreadable) << bad;
    EXPECT_NE(found.detail.find("report.json"), std::string::npos) << found.detail;
  }
  const Found<ReplaySummary> found = find_replay_summary(directory.write(
      "summary.json",
      R"({"tier_mode": "B1", "kv_mode": {"mode": "cpu_only"}, "io_attribution": {"enabled": true}})"));
  EXPECT_EQ(found.state, FileState::read);
  EXPECT_EQ(found.value.tier_mode, "B1");
  EXPECT_EQ(found.value.kv_mode, "cpu_only");
  EXPECT_TRUE(found.value.io_attribution);
}

}  // namespace
}  // namespace spillway::record
