// SPDX-License-Identifier: Apache-2.0
#include "scenario/observe.h"

#include <gtest/gtest.h>

namespace spillway::scenario {
namespace {

TEST(Observe, PutsEveryCounterOfTheCacheUnderItsTier) {
  cache::CacheCounters counters;
  cache::TierCounters& cpu = counters.tiers[TierId::cpu];
  cpu.read.add(100, 7);
  cpu.write.add(200, 9);
  cpu.stores = 1;
  cpu.stored_bytes = 2;
  cpu.evictions = 3;
  cpu.evicted_bytes = 4;
  cpu.demotions = 5;
  cpu.demoted_bytes = 6;
  cpu.demotions_in = 7;
  cpu.demoted_in_bytes = 8;
  cpu.promotions = 9;
  cpu.promoted_bytes = 10;
  cpu.bypasses = 11;
  cpu.demotion.add(12);
  counters.blocks_verified = 13;
  counters.blocks_corrupted = 14;
  record::Observations seen;
  observe(counters, seen);
  const record::TierCounters& tier = seen.tier(TierId::cpu);
  EXPECT_EQ(tier.read.bytes, 100U);
  EXPECT_EQ(tier.write.bytes, 200U);
  EXPECT_EQ(tier.stores, 1U);
  EXPECT_EQ(tier.stored_bytes, 2U);
  EXPECT_EQ(tier.evictions, 3U);
  EXPECT_EQ(tier.evicted_bytes, 4U);
  EXPECT_EQ(tier.demotions, 5U);
  EXPECT_EQ(tier.demoted_bytes, 6U);
  EXPECT_EQ(tier.demotions_in, 7U);
  EXPECT_EQ(tier.demoted_in_bytes, 8U);
  EXPECT_EQ(tier.promotions, 9U);
  EXPECT_EQ(tier.promoted_bytes, 10U);
  EXPECT_EQ(tier.bypasses, 11U);
  EXPECT_EQ(tier.demotion.count(), 1U);
  EXPECT_EQ(seen.verification.blocks, 13U);
  EXPECT_EQ(seen.verification.corrupted, 14U);
  EXPECT_EQ(seen.tier(TierId::storage).read.operations, 0U);
}

TEST(Observe, KeepsErrorsByClassWithTheirWords) {
  cache::CacheCounters counters;
  cache::TierCounters& storage = counters.tiers[TierId::storage];
  storage.read.add_error(stats::ErrorClass::corrupt);
  storage.read.add_error(stats::ErrorClass::corrupt);
  storage.read_error_texts.at(static_cast<std::size_t>(stats::ErrorClass::corrupt)) = "byte 4096";
  record::Observations seen;
  observe(counters, seen);
  ASSERT_TRUE(seen.errors.contains("storage.read.corrupt"));
  EXPECT_EQ(seen.errors.at("storage.read.corrupt").count, 2U);
  EXPECT_EQ(seen.errors.at("storage.read.corrupt").example, "byte 4096");
}

TEST(Observe, AddsTheQueuesSums) {
  io::QueueFigures figures;
  figures.busy_ns = 10;
  figures.wanting_ns = 20;
  figures.depth_ns = 300;
  figures.read_latency.add(5);
  figures.write_latency.add(6);
  record::Observations seen;
  observe(figures, seen);
  observe(figures, seen);
  EXPECT_EQ(seen.engine.busy_ns, 20U);
  EXPECT_EQ(seen.engine.wanting_ns, 40U);
  EXPECT_EQ(seen.engine.depth_ns, 600U);
  EXPECT_EQ(seen.engine.read_piece.count(), 2U);
  EXPECT_EQ(seen.engine.write_piece.count(), 2U);
}

}  // namespace
}  // namespace spillway::scenario
