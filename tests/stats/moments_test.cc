// SPDX-License-Identifier: Apache-2.0
#include "stats/moments.h"

#include <gtest/gtest.h>

#include <array>

namespace spillway::stats {
namespace {

TEST(Moments, AreThoseOfTheSamples) {
  const std::array<double, 8> samples = {2, 4, 4, 4, 5, 5, 7, 9};
  EXPECT_DOUBLE_EQ(moments(samples).mean, 5);
  EXPECT_DOUBLE_EQ(moments(samples).variance, 32.0 / 7);
}

TEST(Moments, OfLargeValuesKeepSmallDifferences) {
  EXPECT_DOUBLE_EQ(moments(std::array{1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16}).variance, 30);
}

TEST(Moments, OfOneOrNoneHaveNoVariance) {
  EXPECT_EQ(moments(std::array{3.0}).mean, 3);
  EXPECT_EQ(moments(std::array{3.0}).variance, 0);
  EXPECT_EQ(moments({}).mean, 0);
}

}  // namespace
}  // namespace spillway::stats
