// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cache/index.h"
#include "tests/cache/world.h"

namespace spillway::cache {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

void settle_all(Index& index, std::vector<Mark>& marks, Mark::Result result) {
  for (Mark& mark : marks) mark.set_result(result);
  index.settle(marks);
}

async::Task<> wait_for(World& world, int name, std::vector<int>& order) {
  co_await world.index->settled(key(0), world.loop);
  order.push_back(name);
}

TEST(IndexSettle, WakesThoseWhoWaitInTheOrderTheyCame) {
  World world({.storage = 10});
  std::vector<int> order;
  Plan plan;
  world.index->plan_store(keys(0, 1), kBlock, plan);
  world.loop.run(
      async::with_group(world.loop, world.stop, [&](async::Group& group) -> async::Task<> {
        for (const int name : {1, 2, 3}) group.spawn(wait_for(world, name, order));
        co_await world.loop.sleep_for(1ms, world.stop);
        EXPECT_THAT(order, IsEmpty());
        settle_all(*world.index, plan.arrivals, Mark::Result::done);
      }));
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
}

TEST(IndexSettle, NobodyWaitsForWhatIsSettled) {
  World world({.storage = 10});
  std::vector<int> order;
  world.loop.run(wait_for(world, 1, order));  // absent
  world.store(keys(0, 1));
  world.loop.run(wait_for(world, 2, order));  // resident
  EXPECT_THAT(order, ElementsAre(1, 2));
}

TEST(IndexSettle, AForgottenMarkWakesThoseWhoWait) {
  World world({.storage = 10});
  std::vector<int> order;
  world.loop.run(
      async::with_group(world.loop, world.stop, [&](async::Group& group) -> async::Task<> {
        Plan plan;
        world.index->plan_store(keys(0, 1), kBlock, plan);
        group.spawn(wait_for(world, 1, order));
        co_await world.loop.sleep_for(1ms, world.stop);
      }));
  EXPECT_THAT(order, ElementsAre(1));
}

TEST(IndexSettle, AFailedDemotionLosesTheBlock) {
  World world({.cpu = 5, .storage = 10});
  world.store_each(keys(0, 4));
  Plan plan;
  world.index->plan_store(keys(10, 1), kBlock, plan);
  world.devices[TierId::cpu].erase(std::vector{key(0)});
  settle_all(*world.index, plan.demotions[TierId::storage], Mark::Result::failed);
  plan.arrivals.clear();
  EXPECT_EQ(world.where(key(0)), std::nullopt);
  world.expect_settled();
}

TEST(IndexSettle, AFailedPromotionLeavesTheBlockWhereItWasAsUsed) {
  World world({.cpu = 5, .storage = 4});
  world.store_each(keys(0, 8));
  Match match(*world.index);
  world.index->match(keys(0, 1), match.pins());
  Plan plan;
  world.index->plan_promotions(match.pins(), plan);
  settle_all(*world.index, plan.arrivals, Mark::Result::failed);
  plan = Plan{};
  world.expect_settled();
  world.store_each(keys(10, 1));
  EXPECT_EQ(world.where(key(0)), TierId::storage);
  EXPECT_EQ(world.where(key(1)), std::nullopt);
}

}  // namespace
}  // namespace spillway::cache
