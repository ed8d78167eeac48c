// SPDX-License-Identifier: Apache-2.0
#include "serve/device_cache.h"

#include <gtest/gtest.h>

#include <span>
#include <vector>

namespace spillway::serve {
namespace {

std::vector<kv::BlockKey> keys(std::initializer_list<std::uint64_t> numbers) {
  std::vector<kv::BlockKey> all;
  for (const std::uint64_t number : numbers) all.push_back({.high = 0, .low = number});
  return all;
}

// A request that computes all of its blocks, and ends.
void pass_through(DeviceCache& cache, const std::vector<kv::BlockKey>& blocks) {
  ASSERT_TRUE(cache.take(blocks.size()));
  for (const kv::BlockKey& key : blocks) ASSERT_TRUE(cache.publish(key));
  cache.release(blocks, 0);
}

TEST(DeviceCacheTest, TakesNoMoreThanThereIs) {
  DeviceCache cache(4, true);
  EXPECT_TRUE(cache.take(3));
  EXPECT_FALSE(cache.take(2));
  EXPECT_TRUE(cache.take(1));
  EXPECT_EQ(cache.used(), 4U);
  cache.release({}, 4);
  EXPECT_EQ(cache.used(), 0U);
}

TEST(DeviceCacheTest, FindsTheLeadingRunOfWhatWasKept) {
  DeviceCache cache(8, true);
  pass_through(cache, keys({1, 2, 3}));
  EXPECT_EQ(cache.kept(), 3U);
  EXPECT_EQ(cache.hold_prefix(keys({1, 2, 9, 3})), 2U);
  EXPECT_EQ(cache.kept(), 1U);
  EXPECT_EQ(cache.used(), 3U);
  cache.release(keys({1, 2}), 0);
  EXPECT_EQ(cache.kept(), 3U);
}

TEST(DeviceCacheTest, WhatIsSharedIsCountedOnceAndStaysUntilTheLastHolderEnds) {
  DeviceCache cache(3, true);
  pass_through(cache, keys({1}));
  EXPECT_EQ(cache.hold_prefix(keys({1})), 1U);
  EXPECT_EQ(cache.hold_prefix(keys({1})), 1U);
  EXPECT_EQ(cache.used(), 1U);
  cache.release(keys({1}), 0);
  EXPECT_FALSE(cache.take(3));
  cache.release(keys({1}), 0);
  EXPECT_TRUE(cache.take(3));
  EXPECT_EQ(cache.evicted(), 1U);
}

TEST(DeviceCacheTest, TheOldestGoesFirstAndOfARequestItsTail) {
  DeviceCache cache(4, true);
  pass_through(cache, keys({1, 2}));
  pass_through(cache, keys({3, 4}));
  EXPECT_TRUE(cache.take(1));
  EXPECT_EQ(cache.hold_prefix(keys({1, 2})), 1U);  // 2 has gone, 1 is still there
  cache.release(keys({1}), 0);
  EXPECT_TRUE(cache.take(1));
  EXPECT_EQ(cache.hold_prefix(keys({3, 4})), 1U);
}

TEST(DeviceCacheTest, TheSameBlockOfTwoRequestsStaysPrivateForTheSecond) {
  DeviceCache cache(4, true);
  EXPECT_TRUE(cache.take(2));
  EXPECT_TRUE(cache.publish(keys({1})[0]));
  EXPECT_FALSE(cache.publish(keys({1})[0]));
  EXPECT_EQ(cache.used(), 2U);
  cache.release({}, 1);
  EXPECT_EQ(cache.used(), 1U);
}

TEST(DeviceCacheTest, WithoutKeepingNothingIsEverFound) {
  DeviceCache cache(4, false);
  EXPECT_TRUE(cache.take(1));
  EXPECT_FALSE(cache.publish(keys({1})[0]));
  cache.release({}, 1);
  EXPECT_EQ(cache.hold_prefix(keys({1})), 0U);
  EXPECT_EQ(cache.used(), 0U);
}

TEST(DeviceCacheTest, ForgetsWhatNobodyHolds) {
  DeviceCache cache(4, true);
  pass_through(cache, keys({1, 2}));
  EXPECT_EQ(cache.hold_prefix(keys({1})), 1U);
  cache.forget();
  EXPECT_EQ(cache.used(), 1U);
  EXPECT_EQ(cache.evicted(), 0U);
}

}  // namespace
}  // namespace spillway::serve
