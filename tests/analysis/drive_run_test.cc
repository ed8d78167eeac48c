// SPDX-License-Identifier: Apache-2.0
#include "analysis/drive_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace spillway::analysis {
namespace {

using testing::ElementsAre;

constexpr std::uint64_t kMib = 1024 * 1024;

DrivePhaseRun phase(std::string name, std::uint64_t read_mib, bool include = true) {
  DrivePhaseRun phase;
  phase.name = std::move(name);
  phase.include = include;
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
  standard.scenario = "standard";
  EXPECT_FALSE(io_signal_of(standard));
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

}  // namespace
}  // namespace spillway::analysis
