// SPDX-License-Identifier: Apache-2.0
#include "cache/index.h"

#include <gtest/gtest.h>

#include "cache/waterfall.h"
#include "tests/cache/world.h"

namespace spillway::cache {
namespace {

TEST(Index, MatchesTheLeadingRunAndSaysHowItEnds) {
  World world({.storage = 10});
  world.store(keys(0, 5));
  std::vector<Pin> pins;
  const Index::MatchStep all = world.index->match(keys(0, 5), pins);
  EXPECT_EQ(all.matched, 5U);
  EXPECT_EQ(all.end, Index::End::all);
  const Index::MatchStep some = world.index->match(keys(3, 5), pins);
  EXPECT_EQ(some.matched, 2U);
  EXPECT_EQ(some.end, Index::End::absent);
  EXPECT_EQ(pins.size(), 7U);
  EXPECT_EQ(pins.front().key, key(0));
  EXPECT_EQ(pins.front().tier, TierId::storage);
  EXPECT_EQ(world.index->usage(TierId::storage).pinned, 5 * kBlock);
  world.index->unpin(pins);
  world.expect_settled();
}

TEST(Index, SaysThatABlockIsOnItsWay) {
  World world({.storage = 10});
  Plan plan;
  world.index->plan_store(keys(0, 1), kBlock, plan);
  std::vector<Pin> pins;
  EXPECT_EQ(world.index->match(keys(0, 2), pins).end, Index::End::unsettled);
  EXPECT_TRUE(pins.empty());
}

TEST(Index, UnpinningIsAUseAndTheLastIsUnpinnedFirst) {
  World world({.storage = 4});
  world.store_each(keys(0, 4));
  std::vector<Pin> pins;
  world.index->match(keys(0, 2), pins);
  world.index->unpin(pins);  // now 2, 3, 1, 0
  world.store_each(keys(10, 3));
  EXPECT_EQ(world.where(key(0)), TierId::storage);
  EXPECT_EQ(world.where(key(1)), std::nullopt);
}

TEST(Index, TouchPassesOverWhatIsNotThereOrIsRead) {
  World world({.storage = 10});
  world.store(keys(0, 2));
  std::vector<Pin> pins;
  world.index->match(keys(0, 1), pins);
  world.index->touch(keys(0, 5));
  EXPECT_EQ(world.index->find_inconsistency(), "");
  world.index->unpin(pins);
  world.expect_settled();
}

TEST(Index, KnowsWhatWasUsedAtMost) {
  World world({.storage = 10});
  world.store(keys(0, 6));
  EXPECT_EQ(world.index->usage(TierId::storage).peak, 6 * kBlock);
  world.devices[TierId::storage].fail_read = [](auto&) { return stats::ErrorClass::io_error; };
  world.load(keys(0, 4));
  EXPECT_EQ(world.index->usage(TierId::storage).used, 2 * kBlock);
  EXPECT_EQ(world.index->usage(TierId::storage).peak, 6 * kBlock);
  world.index->restart_peaks();
  EXPECT_EQ(world.index->usage(TierId::storage).peak, 2 * kBlock);
}

// Usage counts what blocks take, not what they ask for.
TEST(Index, CountsFootprints) {
  World world({.storage = 10});
  world.store(keys(0, 1), Bytes(100));
  EXPECT_EQ(world.index->usage(TierId::storage).used, kBlock);
  EXPECT_EQ(world.counters(TierId::storage).write.bytes, 100U);
  world.expect_settled();
}

TEST(Index, NamesItsPolicy) {
  const World world({.storage = 10});
  EXPECT_EQ(world.index->policy_name(), "waterfall-lru");
}

TEST(IndexDeathTest, RefusesATierWithoutARoom) {
  CacheOptions options;
  options.capacity[TierId::cpu] = 1_GiB;
  EXPECT_DEATH(Index(options, {}, std::make_unique<WaterfallLru>(options)), "has a room");
}

}  // namespace
}  // namespace spillway::cache
