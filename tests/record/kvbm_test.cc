// SPDX-License-Identifier: Apache-2.0
#include "record/kvbm.h"

#include <gtest/gtest.h>

namespace spillway::record {
namespace {

KvbmSnapshot reading(std::map<std::string, double> metrics) {
  KvbmSnapshot snapshot;
  snapshot.success = true;
  snapshot.metrics = std::move(metrics);
  return snapshot;
}

TEST(KvbmDelta, IsWhatWasCountedBetweenTwoReadings) {
  const KvbmDelta delta = kvbm_delta(reading({{"kvbm_offload_blocks_d2h", 10},
                                              {"kvbm_offload_blocks_h2d", 4},
                                              {"kvbm_offload_blocks_d2d", 0},
                                              {"kvbm_onboard_blocks_d2d", 1},
                                              {"kvbm_onboard_blocks_h2d", 2},
                                              {"kvbm_matched_tokens", 100}}),
                                     reading({{"kvbm_offload_blocks_d2h", 15},
                                              {"kvbm_offload_blocks_h2d", 6},
                                              {"kvbm_offload_blocks_d2d", 1},
                                              {"kvbm_onboard_blocks_d2d", 4},
                                              {"kvbm_onboard_blocks_h2d", 2},
                                              {"kvbm_matched_tokens", 164},
                                              {"kvbm_disk_cache_hit_rate", 0.5}}));
  EXPECT_TRUE(delta.available);
  EXPECT_DOUBLE_EQ(delta.offloaded_blocks(), 5 + 2 + 1);
  EXPECT_DOUBLE_EQ(delta.onboarded_blocks(), 3);
  EXPECT_DOUBLE_EQ(delta.matched_tokens(), 64);
  EXPECT_EQ(delta.gauges.at("kvbm_disk_cache_hit_rate"), 0.5);
  EXPECT_FALSE(delta.gauges.at("kvbm_host_cache_hit_rate")) << "not on the page";
}

TEST(KvbmDelta, ACounterThatIsMissingIsNotZero) {
  const KvbmDelta delta =
      kvbm_delta(reading({{"kvbm_cache_evictions", 3}}),
                 reading({{"kvbm_cache_evictions", 3}, {"kvbm_matched_tokens", 8}}));
  EXPECT_EQ(delta.counters.at("kvbm_cache_evictions"), (KvbmCounterDelta{.measured = 0}));
  EXPECT_EQ(delta.counters.at("kvbm_matched_tokens"), (KvbmCounterDelta{.clamped = 8}))
      << "the clamped figure takes it for 0, what is measured is not known";
  EXPECT_EQ(delta.missing_counters().size(), kKvbmCounters.size() - 1);
  EXPECT_TRUE(delta.reset_counters().empty());
}

TEST(KvbmDelta, ACounterThatFallsWasReset) {
  const KvbmDelta delta =
      kvbm_delta(reading({{"kvbm_matched_tokens", 90}}), reading({{"kvbm_matched_tokens", 20}}));
  EXPECT_EQ(delta.counters.at("kvbm_matched_tokens"),
            (KvbmCounterDelta{.clamped = 0, .measured = 20, .reset = true}));
  EXPECT_EQ(delta.reset_counters(), std::vector<std::string>{"kvbm_matched_tokens"});
}

TEST(KvbmDelta, NeedsBothReadings) {
  KvbmSnapshot failed;
  failed.error = "refused";
  const KvbmDelta delta = kvbm_delta(reading({}), failed);
  EXPECT_FALSE(delta.available);
  EXPECT_EQ(delta.reason, "snapshot_missing");
  EXPECT_TRUE(delta.before_success);
  EXPECT_EQ(delta.after_error, "refused");
  EXPECT_DOUBLE_EQ(delta.onboarded_blocks(), 0);
}

TEST(KvbmDelta, IsSkippedWhereNobodyAsked) {
  KvbmSnapshot skipped;
  skipped.skipped = true;
  const KvbmDelta delta = kvbm_delta(skipped, skipped);
  EXPECT_TRUE(delta.skipped);
  EXPECT_FALSE(delta.available);
  EXPECT_EQ(delta.reason, "kvbm_disabled");
}

}  // namespace
}  // namespace spillway::record
