// SPDX-License-Identifier: Apache-2.0
#include "async/channel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "async/group.h"
#include "async/shard.h"

namespace spillway::async {
namespace {

TEST(Channel, KeepsTheOrderAndMakesTheSenderWait) {
  VirtualClock clock;
  Loop loop(clock);
  Stop stop;
  Channel<int> channel(2);
  std::vector<int> received;
  int sent = 0;
  const auto send_all = [&]() -> Task<> {
    for (int i = 0; i < 10; ++i) {
      const bool open = co_await channel.send(loop, i);
      EXPECT_TRUE(open);
      ++sent;
    }
    channel.close();
  };
  loop.run(with_group(loop, stop, [&](Group& group) -> Task<> {
    group.spawn(send_all());
    co_await loop.yield();
    co_await loop.yield();
    EXPECT_EQ(sent, 2);
    while (true) {
      const std::optional<int> value = co_await channel.receive(loop);
      if (!value) break;
      received.push_back(*value);
    }
  }));
  EXPECT_EQ(received, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(Channel, CrossesShards) {
  RealClock clock;
  Channel<std::uint64_t> channel(8);
  std::atomic<std::uint64_t> sum = 0;
  run_shards(clock, 2, [&](unsigned number, Loop& loop) -> Task<> {
    if (number == 0) {
      for (std::uint64_t i = 1; i <= 10'000; ++i) co_await channel.send(loop, i);
      channel.close();
    } else {
      while (true) {
        const std::optional<std::uint64_t> value = co_await channel.receive(loop);
        if (!value) break;
        sum += *value;
      }
    }
  });
  EXPECT_EQ(sum.load(), 50'005'000U);
}

TEST(Channel, RefusesWhatIsSentAfterItsClose) {
  VirtualClock clock;
  Loop loop(clock);
  Channel<int> channel(1);
  channel.close();
  bool open = true;
  loop.run([](Loop& l, Channel<int>& c, bool& out) -> Task<> { out = co_await c.send(l, 1); }(
                                                       loop, channel, open));
  EXPECT_FALSE(open);
}

}  // namespace
}  // namespace spillway::async
