// SPDX-License-Identifier: Apache-2.0
#include "async/semaphore.h"

#include <gtest/gtest.h>

#include <vector>

#include "async/group.h"

namespace spillway::async {
namespace {

using namespace std::chrono_literals;

struct World {
  VirtualClock clock;
  Loop loop{clock};
  Stop stop;
  Semaphore semaphore{loop, 100, "units"};
  std::vector<int> order;

  Task<> hold(int name, std::uint64_t units, Duration length, std::size_t rank = 0) {
    const std::uint64_t granted = co_await semaphore.acquire(units, stop, rank);
    order.push_back(granted == 0 ? -name : name);
    co_await loop.sleep_for(length, stop);
    semaphore.release(granted);
  }
};

TEST(Semaphore, LetsNobodyOvertakeALargeWish) {
  World world;
  world.loop.run(with_group(world.loop, world.stop, [&](Group& group) -> Task<> {
    group.spawn(world.hold(1, 60, 1s));
    group.spawn(world.hold(2, 80, 1s));
    group.spawn(world.hold(3, 10, 1s));
    co_return;
  }));
  EXPECT_EQ(world.order, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(world.clock.now(), Time(2s));
  EXPECT_EQ(world.semaphore.taken(), 0U);
}

TEST(Semaphore, ServesLowerRanksFirstAndEachInItsOrder) {
  World world;
  world.loop.run(with_group(world.loop, world.stop, [&](Group& group) -> Task<> {
    group.spawn(world.hold(1, 100, 1s, 2));
    group.spawn(world.hold(2, 100, 1s, 2));
    group.spawn(world.hold(3, 100, 1s, 1));
    group.spawn(world.hold(4, 100, 1s, 0));
    group.spawn(world.hold(5, 100, 1s, 1));
    group.spawn(world.hold(6, 100, 1s, 0));
    co_return;
  }));
  EXPECT_EQ(world.order, (std::vector<int>{1, 4, 6, 3, 5, 2}));
  EXPECT_EQ(world.semaphore.taken(), 0U);
}

TEST(Semaphore, ALowerRankDoesNotWaitForAHigherOneThatDoesNotFit) {
  World world;
  world.loop.run(with_group(world.loop, world.stop, [&](Group& group) -> Task<> {
    group.spawn(world.hold(1, 60, 2s, 0));
    group.spawn(world.hold(2, 60, 1s, 1));
    co_await world.loop.sleep_for(1s, world.stop);
    group.spawn(world.hold(3, 40, 1s, 0));
  }));
  EXPECT_EQ(world.order, (std::vector<int>{1, 3, 2}));
}

TEST(Semaphore, ClampsAWishAboveTheLimit) {
  World world;
  world.loop.run(world.hold(1, 1'000'000, 1s));
  EXPECT_EQ(world.semaphore.taken(), 0U);
}

TEST(Semaphore, GrantsNothingOnceStopped) {
  World world;
  world.loop.run(with_group(world.loop, world.stop, [&](Group& group) -> Task<> {
    group.spawn(world.hold(1, 100, 1h));
    group.spawn(world.hold(2, 1, 1h));
    co_await world.loop.sleep_for(1s, world.stop);
    world.stop.request();
    co_await group.join();
  }));
  EXPECT_EQ(world.order, (std::vector<int>{1, -2}));
  EXPECT_EQ(world.semaphore.taken(), 0U);
}

}  // namespace
}  // namespace spillway::async
