// SPDX-License-Identifier: Apache-2.0
#include "async/shard.h"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <thread>
#include <vector>

namespace spillway::async {
namespace {

using namespace std::chrono_literals;

TEST(Shards, HaveAThreadEachOnTheMachinesClock) {
  RealClock clock;
  std::array<std::thread::id, 2> threads;
  run_shards(clock, 2, [&](unsigned number, Loop&) -> Task<> {
    threads.at(number) = std::this_thread::get_id();
    co_return;
  });
  EXPECT_NE(threads[0], threads[1]);
}

TEST(Shards, ShareOneThreadAndOneHistoryInVirtualTime) {
  std::vector<std::vector<unsigned>> histories;
  for (int run = 0; run < 2; ++run) {
    VirtualClock clock;
    Stop stop;
    std::vector<unsigned> history;
    run_shards(clock, 4, [&](unsigned number, Loop& loop) -> Task<> {
      for (unsigned i = 1; i <= 5; ++i) {
        co_await loop.sleep_for(Duration((number * 7919 + i * 104729) % 1000), stop);
        history.push_back(number);
      }
    });
    histories.push_back(history);
  }
  EXPECT_EQ(histories[0].size(), 20U);
  EXPECT_EQ(histories[0], histories[1]);
}

TEST(Shards, RethrowAFailureOfAnyOfThem) {
  RealClock clock;
  const ShardBody body = [](unsigned number, Loop&) -> Task<> {
    if (number == 1) throw std::runtime_error("no ring");
    co_return;
  };
  EXPECT_THROW(run_shards(clock, 2, body), std::runtime_error);
}

}  // namespace
}  // namespace spillway::async
