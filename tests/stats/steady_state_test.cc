// SPDX-License-Identifier: Apache-2.0
#include "stats/steady_state.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/random.h"

namespace spillway::stats {
namespace {

using Windows = std::vector<double>;

Windows noise(std::size_t count, double level, double width, std::uint64_t seed) {
  Random random({.seed = seed, .purpose = Purpose::think_time, .user = 0, .request = 0});
  Windows windows;
  for (std::size_t i = 0; i < count; ++i) {
    windows.push_back(level + width * (random.uniform() - 0.5));
  }
  return windows;
}

// By hand, of {9, 1, 2, 1, 2, 1, 2}: from the second on the deviations are 6 x 0.5^2 = 1.5, 1.5 /
// 36 = 0.042; of all they are 49.4 / 49; of the last five, 1.2 / 25 = 0.048, and so on.
TEST(SteadyState, LeavesOutWhatMakesTheMeanUncertain) {
  EXPECT_EQ(mser_truncation(Windows{9, 1, 2, 1, 2, 1, 2}), 1U);
}

TEST(SteadyState, EqualWindowsAreSteadyFromTheFirst) {
  EXPECT_EQ(steady_from(Windows(12, 0.1)), 0U);
  EXPECT_EQ(steady_from(Windows(12, 0.0)), 0U);
}

TEST(SteadyState, FewWindowsDecideNothing) {
  EXPECT_EQ(steady_from(Windows(kFewestSteadyWindows - 1, 5.0)), std::nullopt);
  EXPECT_EQ(steady_from(Windows{}), std::nullopt);
}

TEST(SteadyState, ATrendIsNotSteadyHoweverLong) {
  for (const std::size_t count : {10U, 20U, 60U}) {
    Windows rising;
    for (std::size_t i = 0; i < count; ++i) rising.push_back(100 + static_cast<double>(i));
    EXPECT_EQ(steady_from(rising), std::nullopt) << count;
  }
}

TEST(SteadyState, ABeginningThatFadesIsCutOff) {
  Windows windows = noise(30, 100, 2, 1);
  for (std::size_t i = 0; i < 6; ++i) windows[i] -= 60.0 / static_cast<double>(i + 1);
  const auto from = steady_from(windows);
  ASSERT_TRUE(from.has_value());
  EXPECT_GE(*from, 5U);
  EXPECT_LE(*from, 8U);
}

TEST(SteadyState, NoiseAloneIsMostlySteady) {
  int steady = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    if (steady_from(noise(20, 100, 20, seed))) ++steady;
  }
  EXPECT_GT(steady, 150);
}

TEST(SteadyState, AJumpIsSteadyOnceItLiesInTheFirstHalf) {
  Windows windows = noise(8, 50, 1, 3);
  const Windows after = noise(14, 100, 1, 4);
  windows.insert(windows.end(), after.begin(), after.begin() + 6);
  EXPECT_EQ(steady_from(windows), std::nullopt);
  windows.insert(windows.end(), after.begin() + 6, after.end());
  const auto from = steady_from(windows);
  ASSERT_TRUE(from.has_value());
  EXPECT_GE(*from, 8U);
  EXPECT_LE(*from, 10U);
}

}  // namespace
}  // namespace spillway::stats
