// SPDX-License-Identifier: Apache-2.0
#include "stats/mean_interval.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/random.h"

namespace spillway::stats {
namespace {

// By hand: mean 10, s^2 = (4 + 1 + 0 + 1 + 4) / 4 = 2.5, error sqrt(0.5); t of 4 degrees of freedom
// at 97.5 % is 2.776 (any table): 1.963.
TEST(MeanInterval, IsStudents) {
  const auto interval = mean_interval(std::vector<double>{8, 9, 10, 11, 12}, 0.95);
  ASSERT_TRUE(interval.has_value());
  EXPECT_DOUBLE_EQ(interval->value, 10);
  EXPECT_NEAR(interval->low, 10 - 1.963, 1e-3);
  EXPECT_NEAR(interval->high, 10 + 1.963, 1e-3);
}

TEST(MeanInterval, NeedsTwo) {
  EXPECT_FALSE(mean_interval(std::vector<double>{}, 0.95).has_value());
  EXPECT_FALSE(mean_interval(std::vector<double>{3}, 0.95).has_value());
}

TEST(MeanInterval, HoldsTheMeanAsOftenAsItPromises) {
  int held = 0;
  for (std::uint64_t run = 0; run < 2000; ++run) {
    Random random({.seed = 7, .purpose = Purpose::arrival, .user = 0, .request = run});
    std::vector<double> windows;
    for (int i = 0; i < 12; ++i) windows.push_back(random.uniform());
    const auto interval = mean_interval(windows, 0.95);
    if (interval && interval->low <= 0.5 && 0.5 <= interval->high) ++held;
  }
  EXPECT_NEAR(held, 1900, 40);
}

}  // namespace
}  // namespace spillway::stats
