// SPDX-License-Identifier: Apache-2.0
#include "load/control.h"

#include <gtest/gtest.h>

#include <thread>

#include "async/shard.h"
#include "async/stop.h"

namespace spillway::load {
namespace {

using namespace std::chrono_literals;

TEST(Control, StopsShardsFromAnotherThreadAndCollectsWhatTheyHave) {
  async::RealClock clock;
  Control control;
  record::Observations collected;
  std::jthread outside;
  async::run_shards(clock, 2, [&](unsigned number, async::Loop& loop) -> async::Task<> {
    async::Stop stop;
    record::Observations mine;
    mine.requests.completed = number + 1;
    control.join(
        number, {.loop = &loop, .stop = [&] { stop.request(); }, .snapshot = [&] { return mine; }});
    if (number == 0) {
      outside = std::jthread([&] {
        while (collected.requests.completed < 3) collected = control.collect(1s);
        control.request_stop();
      });
    }
    co_await loop.sleep_for(1h, stop);
    control.leave(number);
  });
  EXPECT_EQ(collected.requests.completed, 3U);
}

TEST(Control, StopsAShardThatJoinsLate) {
  async::VirtualClock clock;
  async::Loop loop(clock);
  async::Stop stop;
  Control control;
  control.request_stop();
  bool slept = true;
  loop.run([&]() -> async::Task<> {
    control.join(0, {.loop = &loop, .stop = [&] { stop.request(); }, .snapshot = {}});
    co_await loop.yield();
    co_await loop.yield();
    slept = co_await loop.sleep_for(1h, stop);
    control.leave(0);
  }());
  EXPECT_FALSE(slept);
}

TEST(Control, SetsTheUsersOfEveryShardThatCan) {
  async::VirtualClock clock;
  async::Loop loop(clock);
  Control control;
  std::uint64_t heard = 0;
  const auto hear = [&](std::uint64_t step, std::uint32_t users) { heard += 100 * step + users; };
  loop.run([&]() -> async::Task<> {
    control.join(0, {.loop = &loop, .stop = {}, .snapshot = {}, .set_users = hear});
    control.join(1, {.loop = &loop, .stop = {}, .snapshot = {}});
    control.join(2, {.loop = &loop, .stop = {}, .snapshot = {}, .set_users = hear});
    control.leave(2);
    control.set_users(3, 7);
    co_await loop.yield();
    co_await loop.yield();
  }());
  EXPECT_EQ(heard, 307U);
}

TEST(Control, DoesNotWaitLongForAShardThatDoesNotAnswer) {
  async::RealClock clock;
  async::Loop never_run(clock);
  Control control;
  control.join(
      0, {.loop = &never_run, .stop = [] {}, .snapshot = [] { return record::Observations(); }});
  EXPECT_EQ(control.collect(1ms).requests.offered, 0U);
}

}  // namespace
}  // namespace spillway::load
