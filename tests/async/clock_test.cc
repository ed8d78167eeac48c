// SPDX-License-Identifier: Apache-2.0
#include "async/clock.h"

#include <gtest/gtest.h>

namespace spillway::async {
namespace {

using namespace std::chrono_literals;

TEST(VirtualClock, MovesOnlyWhenTold) {
  VirtualClock clock;
  EXPECT_EQ(clock.now(), Time{});
  clock.advance(5s);
  EXPECT_EQ(clock.now(), Time(5s));
}

TEST(VirtualClockDeathTest, NeverGoesBack) {
  VirtualClock clock;
  clock.advance(5s);
  EXPECT_DEATH(clock.advance_to(Time(4s)), "time goes forward");
}

TEST(RealClock, CountsFromItsStart) {
  const RealClock clock;
  const Time first = clock.now();
  EXPECT_GE(first, Time{});
  EXPECT_GE(clock.now(), first);
}

}  // namespace
}  // namespace spillway::async
