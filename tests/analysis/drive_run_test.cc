// SPDX-License-Identifier: Apache-2.0
#include "analysis/drive_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace spillway::analysis {
namespace {

using testing::ElementsAre;

constexpr std::uint64_t kMib = 1024 * 1024;

DrivePhaseRun phase(std::string name, std::uint64_t read_mib, bool include = true) {
  DrivePhaseRun phase;
  phase.name = std::move(name);
  phase.include = include;
  if (phase.name == "populate" || phase.name == "warm_A") phase.role = "baseline";
  if (phase.name == "thrash" || phase.name == "pressure_B") phase.role = "pressure";
  if (phase.name.starts_with("replay")) phase.role = "replay";
  phase.ran = true;
  phase.duration_s = 2;
  PhaseRow row;
  row.latency_ms = 10;
  row.ok = true;
  phase.sums.add(row);
  phase.block_before.success = true;
  phase.block_after.success = true;
  phase.block_after.read_bytes = read_mib * kMib;
  phase.block_after.write_bytes = 7 * kMib;
  return phase;
}

DriveRun rehydrate(std::uint64_t baseline_mib, std::uint64_t replay_mib) {
  DriveRun run;
  run.scenario = "rehydrate_replay";
  run.kv = {.mode = "cpu_disk", .tier = "B2", .enabled = true};
  run.phases.push_back(phase("warmup", 0, false));
  run.phases.push_back(phase("populate", baseline_mib));
  run.phases.push_back(phase("thrash", 0));
  run.phases.push_back(phase("replay", replay_mib));
  return run;
}

TEST(DriveRunTest, PhasesThatCountAddUp) {
  DriveRun run = rehydrate(0, 0);
  run.phases.push_back(phase("replay_2", 0));
  run.phases.back().ran = false;
  const DriveOverall overall = overall_of(run);
  EXPECT_EQ(overall.sums.total(), 3U);
  EXPECT_EQ(overall.duration_s, 6);
}

// The harness's rule: more than 1 MiB, and more than 1.2 times what the first phase read.
TEST(DriveRunTest, TheDeviceTellsWhetherTheReplayRead) {
  const auto signal = [](std::uint64_t baseline, std::uint64_t replay) {
    return std::string(io_signal_of(rehydrate(baseline, replay))->signal);
  };
  EXPECT_EQ(signal(10, 13), "possible_readback");
  EXPECT_EQ(signal(10, 12), "weak_read_signal");
  EXPECT_EQ(signal(0, 1), "weak_read_signal");
  EXPECT_EQ(signal(5, 0), "no_clear_readback");
  const auto found = io_signal_of(rehydrate(10, 13));
  EXPECT_EQ(found->reads.pressure_write_mib, 7);
  DriveRun standard = rehydrate(0, 0);
  standard.phases.pop_back();
  EXPECT_FALSE(io_signal_of(standard)) << "there is no replay";
}

TEST(DriveRunTest, CountersAreOfThePhasesThatRan) {
  DriveRun run = rehydrate(0, 0);
  for (DrivePhaseRun& one : run.phases) {
    one.kvbm_before.success = true;
    one.kvbm_after.success = true;
    one.kvbm_before.metrics["kvbm_onboard_blocks_d2d"] = 1;
    one.kvbm_after.metrics["kvbm_onboard_blocks_d2d"] = one.name == "replay" ? 5 : 1;
    run.kvbm_snapshots.push_back(one.kvbm_after);
  }
  const KvbmSummary summary = kvbm_summary_of(run);
  EXPECT_TRUE(summary.available);
  ASSERT_TRUE(summary.rollup);
  EXPECT_EQ(summary.rollup->onboarded_blocks, 4);
  EXPECT_EQ(std::get<KvbmReplaySignal>(summary.signal).signal, "disk_rehydrate_detected");
  run.phases.back().ran = false;
  EXPECT_FALSE(kvbm_deltas(run).contains("replay"));
}

TEST(DriveRunTest, TheFirstReasonStaysAndEveryDetailIsKept) {
  DriveRun run;
  EXPECT_TRUE(run.valid());
  run.invalidate("model_dropped", "after thrash");
  run.invalidate("runtime_exception", "boom");
  EXPECT_EQ(run.invalid_reason, "model_dropped");
  EXPECT_THAT(run.invalid_details, ElementsAre("after thrash", "boom"));
}

// Weakness 16: with fixed names a replay that was repeated was judged by its first phase alone.
TEST(DriveRunTest, ARoleIsTheSumOfItsPhases) {
  DriveRun run = rehydrate(1, 1);
  run.phases.push_back(phase("replay_2", 1));
  record::KvbmSnapshot before;
  before.success = true;
  before.metrics["kvbm_matched_tokens"] = 10;
  record::KvbmSnapshot after = before;
  after.metrics["kvbm_matched_tokens"] = 25;
  for (DrivePhaseRun& one : run.phases) {
    if (one.role != "replay") continue;
    one.kvbm_before = before;
    one.kvbm_after = after;
  }
  const std::vector<RoleFigures> roles = role_figures(run);
  const auto replay = std::ranges::find(roles, "replay", &RoleFigures::role);
  ASSERT_NE(replay, roles.end());
  EXPECT_THAT(replay->phases, ElementsAre("replay", "replay_2"));
  EXPECT_DOUBLE_EQ(replay->matched_tokens, 30);
  EXPECT_DOUBLE_EQ(replay->sums.duration_s, 4);
  EXPECT_EQ(replay->sums.sums.total(), 2U);
}

TEST(DriveRunTest, PhasesOfAnyNameAreComparedByTheirRoles) {
  DriveRun run = rehydrate(1, 9);
  run.scenario = "mine";
  run.phases[1].name = "fill";
  run.phases[2].name = "push";
  run.phases[3].name = "again";
  const auto phases = replay_phases(run);
  ASSERT_TRUE(phases);
  EXPECT_EQ(phases->baseline, "fill");
  EXPECT_EQ(phases->pressure, "push");
  EXPECT_EQ(phases->replay, "again");
  EXPECT_EQ(io_signal_of(run)->signal, "possible_readback");
  EXPECT_EQ(kvbm_summary_of(run).signal_name, "replay_signal");
  run.phases[3].role = "measure";
  EXPECT_FALSE(replay_phases(run));
  EXPECT_FALSE(io_signal_of(run));
}

TEST(DriveRunTest, TheRecordHasEveryPhaseWithItsCountsAndTheClientsDoubts) {
  DriveRun run = rehydrate(0, 0);
  run.run_id = "r";
  run.model_id = "m";
  run.client_missing = "--calibrate off";
  run.phases[1].sent = 5;
  run.phases[1].late = 1;
  run.phases[3].ran = false;
  run.invalidate("model_dropped", "after thrash");
  const record::DriveRecord record = record_of(run);
  EXPECT_EQ(record.run_id, "r");
  EXPECT_EQ(record.model, "m");
  EXPECT_EQ(record.invalid_reason, "model_dropped");
  EXPECT_FALSE(record.doubts.empty());
  ASSERT_EQ(record.phases.size(), 4U);
  EXPECT_FALSE(record.phases[0].measured);
  EXPECT_EQ(record.phases[1].counts.sent, 5U);
  EXPECT_EQ(record.phases[1].counts.late, 1U);
  EXPECT_EQ(record.phases[1].counts.completed, 1U);
  EXPECT_FALSE(record.phases[3].ran);
  EXPECT_EQ(record::measured_of(record).duration_s, 4);
}

}  // namespace
}  // namespace spillway::analysis
