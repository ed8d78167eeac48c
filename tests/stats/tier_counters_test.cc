// SPDX-License-Identifier: Apache-2.0
#include "stats/tier_counters.h"

#include <gtest/gtest.h>

namespace spillway::stats {
namespace {

TEST(TierCounters, MergeEveryOne) {
  TierCounters one;
  one.read.add(100, 5);
  one.write.add(300, 6);
  one.stores = 1;
  one.stored_bytes = 2;
  one.evictions = 3;
  one.evicted_bytes = 4;
  one.demotions = 5;
  one.demoted_bytes = 6;
  one.demotions_in = 7;
  one.demoted_in_bytes = 8;
  one.promotions = 9;
  one.promoted_bytes = 10;
  one.bypasses = 11;
  one.demotion.add(7);
  TierCounters both = one;
  both.merge(one);
  EXPECT_EQ(both.read.bytes, 200U);
  EXPECT_EQ(both.write.bytes, 600U);
  EXPECT_EQ(both.stores, 2U);
  EXPECT_EQ(both.stored_bytes, 4U);
  EXPECT_EQ(both.evictions, 6U);
  EXPECT_EQ(both.evicted_bytes, 8U);
  EXPECT_EQ(both.demotions, 10U);
  EXPECT_EQ(both.demoted_bytes, 12U);
  EXPECT_EQ(both.demotions_in, 14U);
  EXPECT_EQ(both.demoted_in_bytes, 16U);
  EXPECT_EQ(both.promotions, 18U);
  EXPECT_EQ(both.promoted_bytes, 20U);
  EXPECT_EQ(both.bypasses, 22U);
  EXPECT_EQ(both.demotion.count(), 2U);
}

}  // namespace
}  // namespace spillway::stats
