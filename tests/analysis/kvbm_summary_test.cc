// SPDX-License-Identifier: Apache-2.0
#include "analysis/kvbm_summary.h"

#include <gtest/gtest.h>

#include <vector>

namespace spillway::analysis {
namespace {

record::KvbmSnapshot reading(double matched) {
  record::KvbmSnapshot snapshot;
  snapshot.success = true;
  snapshot.metrics["kvbm_matched_tokens"] = matched;
  return snapshot;
}

KvbmRun run_of(const std::string& scenario) {
  return {.scenario = scenario, .kv_mode = "cpu_disk", .enabled = true};
}

TEST(KvbmSummary, AddsThePhasesUp) {
  const std::vector<record::KvbmSnapshot> readings = {reading(0), reading(5), reading(12)};
  const KvbmSummary summary =
      summarise_kvbm(run_of("standard"), readings,
                     {{"warmup", record::kvbm_delta(readings[0], readings[1])},
                      {"main", record::kvbm_delta(readings[1], readings[2])}});
  EXPECT_TRUE(summary.available);
  EXPECT_EQ(summary.status, "ok");
  EXPECT_EQ(summary.snapshots, 3U);
  ASSERT_TRUE(summary.rollup);
  EXPECT_DOUBLE_EQ(summary.rollup->matched_tokens, 12);
  EXPECT_EQ(summary.signal_name, "");
}

TEST(KvbmSummary, AScenarioHasTheSignalOfItsName) {
  const std::vector<record::KvbmSnapshot> readings = {reading(0)};
  const KvbmSummary eviction = summarise_kvbm(run_of("eviction_replay"), readings, {});
  EXPECT_EQ(eviction.signal_name, "eviction_replay_signal");
  EXPECT_EQ(std::get<KvbmReplaySignal>(eviction.signal).phases.replay, "replay_A");
  const KvbmSummary rehydrate = summarise_kvbm(run_of("rehydrate_replay"), readings, {});
  EXPECT_EQ(std::get<KvbmReplaySignal>(rehydrate.signal).phases.replay, "replay");
  const KvbmSummary reuse = summarise_kvbm(run_of("reuse_verify"), readings, {});
  EXPECT_TRUE(std::holds_alternative<ReuseSignal>(reuse.signal));
}

TEST(KvbmSummary, WithoutMetricsThereAreNoFigures) {
  record::KvbmSnapshot failed;
  failed.error = "refused";
  const KvbmSummary summary = summarise_kvbm(run_of("rehydrate_replay"), std::vector{failed}, {});
  EXPECT_EQ(summary.status, "unavailable");
  EXPECT_EQ(summary.reason, "kvbm_metrics_unavailable");
  EXPECT_FALSE(summary.rollup);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(summary.signal));
  record::KvbmSnapshot empty;
  empty.success = true;
  EXPECT_EQ(summarise_kvbm(run_of("standard"), std::vector{empty}, {}).status, "unavailable");
}

TEST(KvbmSummary, ARunWithoutABlockManagerIsSkipped) {
  const KvbmSummary summary = summarise_kvbm(
      {.scenario = "standard", .kv_mode = "off", .enabled = false}, std::vector{reading(1)}, {});
  EXPECT_EQ(summary.status, "skipped");
  EXPECT_EQ(summary.reason, "kvbm_disabled");
  EXPECT_FALSE(summary.available);
}

}  // namespace
}  // namespace spillway::analysis
