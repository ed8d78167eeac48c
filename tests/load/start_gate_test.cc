// SPDX-License-Identifier: Apache-2.0
#include "load/start_gate.h"

#include <gtest/gtest.h>

#include <array>

#include "async/shard.h"
#include "async/stop.h"

namespace spillway::load {
namespace {

using namespace std::chrono_literals;

TEST(StartGate, GivesAllShardsTheTimeOfTheLastArrival) {
  async::VirtualClock clock;
  StartGate gate(3);
  std::array<Time, 3> starts{};
  async::run_shards(clock, 3, [&](unsigned number, async::Loop& loop) -> async::Task<> {
    async::Stop stop;
    co_await loop.sleep_for(1s * number, stop);
    starts.at(number) = co_await gate.arrive(loop);
  });
  for (const Time start : starts) EXPECT_EQ(start, Time(2s));
}

TEST(StartGate, DoesNotWaitForAShardWhoseSetUpFailed) {
  async::RealClock clock;
  StartGate gate(2);
  bool passed = false;
  async::run_shards(clock, 2, [&](unsigned number, async::Loop& loop) -> async::Task<> {
    if (number == 0) {
      gate.leave(loop.now());
      co_return;
    }
    co_await gate.arrive(loop);
    passed = true;
  });
  EXPECT_TRUE(passed);
}

}  // namespace
}  // namespace spillway::load
