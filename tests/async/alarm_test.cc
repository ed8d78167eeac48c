// SPDX-License-Identifier: Apache-2.0
#include "async/alarm.h"

#include <gtest/gtest.h>

#include "async/clock.h"
#include "async/loop.h"
#include "async/stop.h"

namespace spillway::async {
namespace {

using std::chrono_literals::operator""ms;

TEST(AlarmTest, StopsWhatWaitsWhenItIsDue) {
  VirtualClock clock;
  Loop loop(clock);
  Stop stop;
  Alarm alarm(loop, stop);
  bool reached = true;
  loop.run([](Loop& on, Stop& its_stop, Alarm& its_alarm, bool& result) -> Task<> {
    its_alarm.set(on.now() + 10ms);
    result = co_await on.sleep_for(50ms, its_stop);
  }(loop, stop, alarm, reached));
  EXPECT_FALSE(reached);
  EXPECT_TRUE(alarm.rang());
  EXPECT_EQ(clock.now(), Time(10ms));
}

TEST(AlarmTest, TheLastDueTimeCounts) {
  VirtualClock clock;
  Loop loop(clock);
  Stop stop;
  Alarm alarm(loop, stop);
  loop.run([](Loop& on, Stop& its_stop, Alarm& its_alarm) -> Task<> {
    its_alarm.set(on.now() + 10ms);
    its_alarm.set(on.now() + 30ms);
    co_await on.sleep_for(50ms, its_stop);
  }(loop, stop, alarm));
  EXPECT_EQ(clock.now(), Time(30ms));
}

TEST(AlarmTest, OneThatIsClearedOrGoneDoesNotRing) {
  VirtualClock clock;
  Loop loop(clock);
  Stop stop;
  bool reached = false;
  loop.run([](Loop& on, Stop& its_stop, bool& result) -> Task<> {
    Alarm cleared(on, its_stop);
    cleared.set(on.now() + 10ms);
    cleared.clear();
    {
      Alarm gone(on, its_stop);
      gone.set(on.now() + 20ms);
    }
    result = co_await on.sleep_for(50ms, its_stop);
    EXPECT_FALSE(cleared.rang());
  }(loop, stop, reached));
  EXPECT_TRUE(reached);
}

}  // namespace
}  // namespace spillway::async
