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

TEST(IndexPlan, AChainOfDemotionsGoesAsDeepAsItMay) {
  World world({.gpu = 5, .cpu = 5, .storage = 4}, {.eviction = {.deepest_demotion = 1}});
  world.store_each(keys(0, 8));  // four in each of the upper tiers
  Plan plan;
  world.index->plan_store(keys(20, 1), kBlock, plan);
  EXPECT_THAT(numbers(plan.demotions[TierId::cpu]), ElementsAre(4));
  EXPECT_THAT(numbers(plan.deletions), ElementsAre(0)) << "storage would be the second tier down";
  EXPECT_TRUE(plan.demotions[TierId::storage].empty());
}

TEST(IndexPlan, WithoutDemotionsVictimsAreDeleted) {
  World world({.cpu = 5, .storage = 4}, {.eviction = {.deepest_demotion = 0}});
  world.store_each(keys(0, 4));
  Plan plan;
  world.index->plan_store(keys(20, 1), kBlock, plan);
  EXPECT_THAT(numbers(plan.deletions), ElementsAre(0));
  EXPECT_THAT(numbers(plan.arrivals), ElementsAre(20));
}

// Eight blocks fill cpu to its headroom; one as large as three needs three of them to leave.
TEST(IndexPlan, ATierThatNeedsTooManyVictimsIsBypassed) {
  const auto plan_large = [](const EvictionLimits& limits) {
    World world({.cpu = 10, .storage = 20}, {.eviction = limits});
    world.store_each(keys(0, 8));
    Plan plan;
    world.index->plan_store(keys(20, 1), 3 * kBlock, plan);
    EXPECT_EQ(plan.arrivals.size(), 1U);
    return std::pair(plan.arrivals.front().to(), plan.demotions[TierId::storage].size());
  };
  EXPECT_EQ(plan_large({}), std::pair(TierId::cpu, std::size_t{3}));
  EXPECT_EQ(plan_large({.most = 3}), std::pair(TierId::cpu, std::size_t{3}));
  EXPECT_EQ(plan_large({.most = 2}), std::pair(TierId::storage, std::size_t{2}))
      << "those who left stay away";
}

// cpu holds two blocks of 160, storage 200 small ones and no more. For another large one one of the
// two leaves, and 160 small ones for it. The two blocks of cpu and 100 more are not enough.
TEST(IndexPlan, AFewLargeBlocksMayPushOutTheFewestThatAreAllowed) {
  const auto moved = [](std::size_t fewest) {
    World world({.cpu = 400, .storage = 200}, {.eviction = {.fewest = fewest}});
    world.store_each(keys(0, 200));
    world.store_each(keys(300, 2), 160 * kBlock);
    Plan plan;
    world.index->plan_store(keys(400, 1), 160 * kBlock, plan);
    EXPECT_EQ(plan.arrivals.front().to(), TierId::cpu);
    return std::pair(plan.demotions[TierId::storage].size(), plan.deletions.size());
  };
  EXPECT_EQ(moved(1000), std::pair(std::size_t{1}, std::size_t{160}));
  EXPECT_EQ(moved(1), std::pair(std::size_t{0}, std::size_t{102})) << "the large one is deleted";
}

// The last of ten blocks' room takes one when it has 1 of 1, not 0.9 or 0.4 of it.
TEST(IndexPlan, TheGpuTierMayKeepSomeOfItsRoomFree) {
  const auto held = [](double kept_free) {
    World world({.gpu = 10}, {.eviction = {.gpu_kept_free = kept_free}});  // the last tier
    world.store_each(keys(0, 20));
    return world.blocks(TierId::gpu);
  };
  EXPECT_EQ(held(0), 10U);
  EXPECT_EQ(held(0.1), 9U);
  EXPECT_EQ(held(0.6), 8U) << "a third free block gives it 1.2";
}

TEST(IndexPlan, TheGpuTierGivesUpAfterSoManyVictims) {
  World world({.gpu = 10, .storage = 20}, {.eviction = {.most_from_gpu = 1}});
  world.store_each(keys(0, 8));
  Plan plan;
  world.index->plan_store(keys(20, 1), 3 * kBlock, plan);
  EXPECT_EQ(plan.arrivals.front().to(), TierId::storage);
  EXPECT_EQ(plan.bypasses[TierId::gpu], 1U);
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
