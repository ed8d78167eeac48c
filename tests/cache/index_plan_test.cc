// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cache/index.h"
#include "tests/cache/world.h"

namespace spillway::cache {
namespace {

using testing::ElementsAre;

std::vector<std::uint64_t> numbers(const std::vector<Mark>& marks) {
  std::vector<std::uint64_t> all;
  all.reserve(marks.size());
  for (const Mark& mark : marks) all.push_back(mark.key().low);
  return all;
}

TEST(IndexPlan, PassesByATierWhoseBlocksAreAllReadAndCountsIt) {
  World world({.cpu = 5, .storage = 10});
  world.store_each(keys(0, 4));
  Match match(*world.index);
  world.index->match(keys(0, 4), match.pins());
  EXPECT_EQ(world.store(keys(10, 2)).stored_in[TierId::storage], 2U);
  EXPECT_EQ(world.counters(TierId::cpu).bypasses, 2U);
  EXPECT_EQ(world.blocks(TierId::cpu), 4U);
}

TEST(IndexPlan, StoresNothingWhenEverythingIsReadAndDoesNotWait) {
  World world({.cpu = 5, .storage = 4});
  world.store_each(keys(0, 8));
  Match match(*world.index);
  world.index->match(keys(0, 8), match.pins());
  const Time before = world.clock.now();
  EXPECT_EQ(world.store(keys(10, 1)).not_stored, 1U);
  EXPECT_EQ(world.clock.now(), before);
  EXPECT_EQ(world.counters(TierId::cpu).bypasses, 1U);
  EXPECT_EQ(world.counters(TierId::storage).bypasses, 1U);
}

TEST(IndexPlan, ChoosesNobodyWhoIsReadStoredOrLeaving) {
  World world({.storage = 4});
  world.store_each(keys(0, 4));
  Match match(*world.index);
  world.index->match(keys(0, 1), match.pins());
  Plan first;
  world.index->plan_store(keys(10, 1), kBlock, first);
  EXPECT_THAT(numbers(first.deletions), ElementsAre(1));
  Plan second;
  world.index->plan_store(keys(20, 1), kBlock, second);
  EXPECT_THAT(numbers(second.deletions), ElementsAre(2));
  Plan third;
  world.index->plan_store(keys(30, 2), kBlock, third);
  EXPECT_THAT(numbers(third.deletions), ElementsAre(3));
  EXPECT_EQ(third.refused, 1U);
}

TEST(IndexPlan, LetsNobodyLeaveWhereItWouldNotHelp) {
  World world({.storage = 10});
  world.store_each(keys(0, 5));
  world.store_each(keys(5, 1), 5 * kBlock);
  Match match(*world.index);
  world.index->match(keys(5, 1), match.pins());
  Plan plan;
  world.index->plan_store(keys(10, 1), 6 * kBlock, plan);
  EXPECT_EQ(plan.refused, 1U);
  EXPECT_TRUE(plan.deletions.empty());
}

TEST(IndexPlan, CascadesDownToTheLastTier) {
  World world({.gpu = 5, .cpu = 5, .storage = 4});
  world.store_each(keys(0, 12));
  Plan plan;
  world.index->plan_store(keys(20, 1), kBlock, plan);
  EXPECT_THAT(numbers(plan.deletions), ElementsAre(0));
  EXPECT_THAT(numbers(plan.demotions[TierId::storage]), ElementsAre(4));
  EXPECT_THAT(numbers(plan.demotions[TierId::cpu]), ElementsAre(8));
  EXPECT_THAT(numbers(plan.arrivals), ElementsAre(20));
  EXPECT_FALSE(plan.demotions[TierId::storage].front().is_placed());
  EXPECT_TRUE(plan.arrivals.front().is_placed()) << "the headroom is a place for it";
}

TEST(IndexPlan, KeepsThePlacesOfThoseWhoWaitForThem) {
  World world({.storage = 2});
  world.store_each(keys(0, 2));
  Plan first;
  world.index->plan_store(keys(10, 1), kBlock, first);
  Plan second;
  world.index->plan_store(keys(20, 1), kBlock, second);
  first.deletions.front().set_result(Mark::Result::done);
  world.index->settle(first.deletions);
  Plan third;
  world.index->plan_store(keys(30, 1), kBlock, third);
  EXPECT_EQ(third.refused, 1U);
  EXPECT_EQ(world.index->place(first.arrivals), 0U);
  EXPECT_EQ(world.index->place(second.arrivals), 1U);
}

TEST(IndexPlan, MakesMoreRoomUntilNobodyIsLeft) {
  World world({.storage = 4});
  world.store_each(keys(0, 4));
  Plan plan;
  world.index->plan_store(keys(10, 1), kBlock, plan);
  Plan more;
  EXPECT_TRUE(world.index->plan_more_room(plan.arrivals.front(), 2 * kBlock, more));
  EXPECT_THAT(numbers(more.deletions), ElementsAre(1, 2));
  EXPECT_TRUE(world.index->plan_more_room(plan.arrivals.front(), 2 * kBlock, more));
  EXPECT_FALSE(world.index->plan_more_room(plan.arrivals.front(), 2 * kBlock, more));
  EXPECT_THAT(numbers(more.deletions), ElementsAre(1, 2, 3));
}

TEST(IndexPlan, MovesUpOnlyWhatNobodyElseReads) {
  World world({.cpu = 5, .storage = 10});
  world.store_each(keys(0, 8));
  Match mine(*world.index);
  Match other(*world.index);
  world.index->match(keys(0, 5), mine.pins());
  world.index->match(keys(1, 1), other.pins());
  Plan plan;
  world.index->plan_promotions(mine.pins(), plan);  // 4 lies in the top tier already
  EXPECT_THAT(numbers(plan.arrivals), ElementsAre(0, 2, 3));
  EXPECT_THAT(numbers(plan.demotions[TierId::storage]), ElementsAre(5, 6, 7));
}

}  // namespace
}  // namespace spillway::cache
