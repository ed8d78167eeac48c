// SPDX-License-Identifier: Apache-2.0
#include "core/time.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

using namespace std::chrono_literals;

TEST(Time, TellsSecondsAndMilliseconds) {
  EXPECT_DOUBLE_EQ(to_seconds(1500ms), 1.5);
  EXPECT_DOUBLE_EQ(to_milliseconds(1500us), 1.5);
}

TEST(Time, RoundsSecondsToTheNearestNanosecond) {
  EXPECT_EQ(from_seconds(0.25), 250ms);
  EXPECT_EQ(from_seconds(1.4e-9), 1ns);
  EXPECT_EQ(from_seconds(1.6e-9), 2ns);
  EXPECT_EQ(from_seconds(-1.6e-9), -2ns);
}

TEST(Time, HasReadingsWhoseDifferenceIsADuration) {
  const Time start{};
  EXPECT_EQ((start + 3ms) - start, 3ms);
}

}  // namespace
}  // namespace spillway
