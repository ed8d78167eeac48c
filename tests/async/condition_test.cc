// SPDX-License-Identifier: Apache-2.0
#include "async/condition.h"

#include <gtest/gtest.h>

#include <vector>

#include "async/alarm.h"
#include "async/clock.h"
#include "async/group.h"

namespace spillway::async {
namespace {

using std::chrono_literals::operator""ms;

class ConditionTest : public testing::Test {
 protected:
  VirtualClock clock_;
  Loop loop_{clock_};
  Stop stop_;
  Condition changed_{loop_, "a change"};
};

TEST_F(ConditionTest, WakesAllWhoWaitInTheOrderTheyCame) {
  std::vector<int> woken;
  loop_.run(with_group(loop_, stop_, [&](Group& group) -> Task<> {
    for (int i = 0; i < 3; ++i) {
      group.spawn([](Condition& changed, Stop& stop, std::vector<int>& all, int me) -> Task<> {
        co_await changed.wait(stop);
        all.push_back(me);
      }(changed_, stop_, woken, i));
    }
    co_await loop_.sleep_for(1ms, stop_);
    EXPECT_TRUE(woken.empty());
    changed_.notify_all();
  }));
  EXPECT_EQ(woken, (std::vector{0, 1, 2}));
}

TEST_F(ConditionTest, AStopEndsOneWaitAndLeavesTheOthers) {
  std::vector<int> woken;
  loop_.run(with_group(loop_, stop_, [&](Group& group) -> Task<> {
    Stop first(stop_);
    const auto wait = [](Condition& changed, Stop& stop, std::vector<int>& all, int me) -> Task<> {
      co_await changed.wait(stop);
      all.push_back(me);
    };
    group.spawn(wait(changed_, first, woken, 1));
    group.spawn(wait(changed_, stop_, woken, 2));
    co_await loop_.sleep_for(1ms, stop_);
    first.request();
    co_await loop_.sleep_for(1ms, stop_);
    EXPECT_EQ(woken, std::vector{1});
    changed_.notify_all();
  }));
  EXPECT_EQ(woken, (std::vector{1, 2}));
}

TEST_F(ConditionTest, AStopThatCameBeforeNeedsNoWait) {
  stop_.request();
  loop_.run([](Condition& changed, Stop& stop) -> Task<> { co_await changed.wait(stop); }(changed_,
                                                                                          stop_));
}

}  // namespace
}  // namespace spillway::async
