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
  one.blocks_verified = one.blocks_corrupted = one.waits = one.not_stored = 4;
  one.tiers[TierId::cpu].read_error_texts.at(0) = "first";
  other.tiers[TierId::cpu].read_error_texts.at(0) = "second";
  other.tiers[TierId::cpu].write_error_texts.at(3) = "full";
  other.merge(one);
  one.merge(other);

  const TierCounters& both = one.tiers[TierId::cpu];
  EXPECT_EQ(both.read.operations, 2U);
  EXPECT_EQ(both.read.bytes, 200U);
  EXPECT_EQ(one.blocks_verified + one.blocks_corrupted + one.waits + one.not_stored, 32U);
  EXPECT_EQ(both.read_error_texts.at(0), "first");
  EXPECT_EQ(both.write_error_texts.at(3), "full");
  EXPECT_EQ(one.tiers[TierId::gpu].read.operations, 0U);
}

}  // namespace
}  // namespace spillway::cache
