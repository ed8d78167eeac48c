// SPDX-License-Identifier: Apache-2.0
#include "stats/ratio_interval.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/random.h"

namespace spillway::stats {
namespace {

using Samples = std::vector<double>;

// By hand: means 10 and 5, variances of the means 4/3 and 1/3. At the ratio 2 both parts are 4/3,
// so Welch's degrees of freedom are (8/3)^2 / (2 x (4/3)^2 / 2) = 4, and t at 97.5 % is 2.776445
// (any table), its square 7.708647. The ends solve
// (25 - 2.569549) r^2 - 100 r + (100 - 10.278196) = 0.
TEST(RatioInterval, IsFiellers) {
  const auto interval = ratio_interval(Samples{8, 10, 12}, Samples{4, 5, 6}, 0.95);
  ASSERT_TRUE(interval.has_value());
  EXPECT_DOUBLE_EQ(interval->value, 2);
  EXPECT_NEAR(interval->low, 1.244764, 1e-5);
  EXPECT_NEAR(interval->high, 3.213462, 1e-5);
}

TEST(RatioInterval, OfASingleSampleBelowIsTheIntervalOfTheMeanAbove) {
  const Samples above = {8, 9, 10, 11, 12};
  const auto interval = ratio_interval(above, Samples{5}, 0.95);
  const auto mean = mean_interval(above, 0.95);
  ASSERT_TRUE(interval && mean);
  EXPECT_DOUBLE_EQ(interval->value, 2);
  EXPECT_NEAR(interval->low, mean->low / 5, 1e-12);
  EXPECT_NEAR(interval->high, mean->high / 5, 1e-12);
}

TEST(RatioInterval, OfSamplesThatDoNotVaryIsAPoint) {
  const auto interval = ratio_interval(Samples{3, 3}, Samples{2, 2}, 0.95);
  ASSERT_TRUE(interval.has_value());
  EXPECT_EQ(*interval, (Estimate{.value = 1.5, .low = 1.5, .high = 1.5}));
}

TEST(RatioInterval, NeedsTwoAboveAndAMeanBelowThatIsNotZero) {
  EXPECT_FALSE(ratio_interval(Samples{3}, Samples{2, 2}, 0.95).has_value());
  EXPECT_FALSE(ratio_interval(Samples{3, 4}, Samples{}, 0.95).has_value());
  EXPECT_FALSE(ratio_interval(Samples{3, 4}, Samples{0}, 0.95).has_value());
  // 0 lies within the interval of the mean below: any ratio, however large, may be true.
  EXPECT_FALSE(ratio_interval(Samples{3, 4}, Samples{-1, 2}, 0.95).has_value());
}

TEST(RatioInterval, HoldsTheRatioAsOftenAsItPromises) {
  int held = 0;
  for (std::uint64_t run = 0; run < 2000; ++run) {
    Random random({.seed = 7, .purpose = Purpose::arrival, .user = 0, .request = run});
    Samples above;
    Samples below;
    for (int i = 0; i < 8; ++i) above.push_back(2 + random.uniform());
    for (int i = 0; i < 6; ++i) below.push_back(4 + 2 * random.uniform());
    const auto interval = ratio_interval(above, below, 0.95);
    if (interval && interval->low <= 0.5 && 0.5 <= interval->high) ++held;
  }
  EXPECT_NEAR(held, 1900, 40);
}

}  // namespace
}  // namespace spillway::stats
