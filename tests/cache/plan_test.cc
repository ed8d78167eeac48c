// SPDX-License-Identifier: Apache-2.0
#include "cache/plan.h"

#include <gtest/gtest.h>

#include "tests/cache/world.h"

namespace spillway::cache {
namespace {

TEST(Mark, UndoesAStoreThatIsNeverSettled) {
  World world({.storage = 10});
  {
    Plan plan;
    world.index->plan_store(keys(0, 3), kBlock, plan);
    EXPECT_EQ(plan.arrivals.size(), 3U);
    EXPECT_EQ(world.index->usage(TierId::storage).reserved, 3 * kBlock);
    EXPECT_EQ(world.rooms[TierId::storage]->used(), 3 * kBlock);
  }
  EXPECT_EQ(world.where(key(0)), std::nullopt);
  world.expect_settled();
}

TEST(Mark, PutsBackWhoWasToBeDeletedOrDemoted) {
  World world({.cpu = 5, .storage = 4});
  world.store_each(keys(0, 8));
  {
    Plan plan;
    world.index->plan_store(keys(10, 2), kBlock, plan);
    EXPECT_EQ(plan.deletions.size(), 2U);
    EXPECT_EQ(plan.demotions[TierId::storage].size(), 2U);
    EXPECT_EQ(world.where(key(0)), std::nullopt);
  }
  for (std::uint64_t n = 0; n < 4; ++n) EXPECT_EQ(world.where(key(n)), TierId::storage);
  for (std::uint64_t n = 4; n < 8; ++n) EXPECT_EQ(world.where(key(n)), TierId::cpu);
  world.expect_settled();
  world.store_each(keys(20, 1));  // in the order they had: 0 goes, 4 comes down
  EXPECT_EQ(world.where(key(0)), std::nullopt);
  EXPECT_EQ(world.where(key(4)), TierId::storage);
}

TEST(Mark, IsUndoneOnceHoweverOftenItMoves) {
  World world({.storage = 10});
  Plan plan;
  world.index->plan_store(keys(0, 2), kBlock, plan);
  Mark moved = std::move(plan.arrivals.front());
  moved = std::move(plan.arrivals.back());
  plan.arrivals.clear();  // the first, which the other took the place of
  EXPECT_EQ(world.index->usage(TierId::storage).reserved, kBlock);
  moved.set_result(Mark::Result::done);
  world.index->settle({&moved, 1});
  EXPECT_EQ(world.where(key(1)), TierId::storage);
  EXPECT_EQ(world.where(key(0)), std::nullopt);
}

TEST(Match, UnpinsWhatItHeld) {
  World world({.storage = 10});
  world.store(keys(0, 5));
  {
    Match match(*world.index);
    world.index->match(keys(0, 5), match.pins());
    const Match other = std::move(match);
    EXPECT_EQ(other.blocks(), 5U);
    EXPECT_EQ(world.index->usage(TierId::storage).pinned, 5 * kBlock);
  }
  EXPECT_EQ(world.index->usage(TierId::storage).pinned, Bytes(0));
}

}  // namespace
}  // namespace spillway::cache
