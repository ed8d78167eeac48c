// SPDX-License-Identifier: Apache-2.0
#include "cache/counters.h"

#include <gtest/gtest.h>

namespace spillway::cache {
namespace {

TEST(CacheCounters, AddUpAndKeepTheFirstWordsOfAFailure) {
  CacheCounters one;
  CacheCounters other;
  TierCounters& tier = one.tiers[TierId::cpu];
  tier.read.add(100, 5);
  tier.stores = tier.stored_bytes = tier.evictions = tier.evicted_bytes = 1;
  tier.demotions = tier.demoted_bytes = tier.demotions_in = tier.demoted_in_bytes = 2;
  tier.promotions = tier.promoted_bytes = tier.bypasses = 3;
  tier.demotion.add(7);
  one.blocks_verified = one.blocks_corrupted = one.waits = one.not_stored = 4;
  one.tiers[TierId::cpu].read_error_texts.at(0) = "first";
  other.tiers[TierId::cpu].read_error_texts.at(0) = "second";
  other.tiers[TierId::cpu].write_error_texts.at(3) = "full";
  other.merge(one);
  one.merge(other);

  const TierCounters& both = one.tiers[TierId::cpu];
  EXPECT_EQ(both.read.operations, 2U);
  EXPECT_EQ(both.read.bytes, 200U);
  EXPECT_EQ(both.stores + both.stored_bytes + both.evictions + both.evicted_bytes, 8U);
  EXPECT_EQ(both.demotions + both.demoted_bytes, 8U);
  EXPECT_EQ(both.demotions_in + both.demoted_in_bytes, 8U);
  EXPECT_EQ(both.promotions + both.promoted_bytes + both.bypasses, 18U);
  EXPECT_EQ(both.demotion.count(), 2U);
  EXPECT_EQ(one.blocks_verified + one.blocks_corrupted + one.waits + one.not_stored, 32U);
  EXPECT_EQ(both.read_error_texts.at(0), "first");
  EXPECT_EQ(both.write_error_texts.at(3), "full");
  EXPECT_EQ(one.tiers[TierId::gpu].read.operations, 0U);
}

}  // namespace
}  // namespace spillway::cache
