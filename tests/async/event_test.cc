// SPDX-License-Identifier: Apache-2.0
#include "async/event.h"

#include <gtest/gtest.h>

#include "async/group.h"

namespace spillway::async {
namespace {

using namespace std::chrono_literals;

TEST(Event, WakesTheFrameThatWaitsAndThenCostsNothing) {
  VirtualClock clock;
  Loop loop(clock);
  Stop stop;
  Event stored(loop, "a block");
  Time woken{};
  const auto waiter = [&]() -> Task<> {
    co_await stored.wait();
    woken = loop.now();
  };
  loop.run(with_group(loop, stop, [&](Group& group) -> Task<> {
    group.spawn(waiter());
    co_await loop.sleep_for(2s, stop);
    EXPECT_FALSE(stored.is_set());
    stored.set();
    co_await stored.wait();
  }));
  EXPECT_EQ(woken, Time(2s));
}

}  // namespace
}  // namespace spillway::async
