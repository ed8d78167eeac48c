// SPDX-License-Identifier: Apache-2.0
#include "stats/variation.h"

#include <gtest/gtest.h>

#include <array>

namespace spillway::stats {
namespace {

TEST(CoefficientOfVariation, IsTheDeviationByTheMean) {
  // Mean 5, squares 9+1+1+1+0+0+4+16 = 32 by 7.
  const std::array<double, 8> samples = {2, 4, 4, 4, 5, 5, 7, 9};
  EXPECT_NEAR(coefficient_of_variation(samples).value_or(0), 0.427618, 1e-6);
}

TEST(CoefficientOfVariation, NeedsTwoSamplesAndAMean) {
  EXPECT_FALSE(coefficient_of_variation(std::array{1.0}));
  EXPECT_FALSE(coefficient_of_variation(std::array{0.0, 0.0}));
  EXPECT_FALSE(coefficient_of_variation(std::array{-1.0, 1.0}));
}

TEST(MedianInterval, LiesBetweenTheOutermostOfSixSamples) {
  // Both ends are wrong with a chance of 1/64.
  EXPECT_EQ(median_interval(std::array{3.0, 1.0, 6.0, 2.0, 5.0, 4.0}),
            (Estimate{.value = 3.5, .low = 1, .high = 6}));
  // Nine: ranks 2 and 8, Conover's table A3 with p = 1/2 (0.0195 on each side).
  EXPECT_EQ(median_interval(std::array{9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0}),
            (Estimate{.value = 5, .low = 2, .high = 8}));
}

TEST(MedianInterval, IsNotThereForFive) {
  EXPECT_FALSE(median_interval(std::array{1.0, 2.0, 3.0, 4.0, 5.0}));
}

TEST(SamplesFor, FollowStudentsTable) {
  // A variation of 10 %: t(17) = 2.110 gives 4.97 % with 18 samples, t(16) = 2.120 5.14 % with 17.
  const std::array<double, 3> samples = {90, 100, 110};
  EXPECT_EQ(samples_for(0.05, samples), 18U);
  EXPECT_EQ(samples_for(0.2, samples), 4U);  // t(3) = 3.182: 15.9 %; t(2) = 4.303: 24.8 %
  EXPECT_EQ(samples_for(0.0001, samples), 1000U);
  EXPECT_FALSE(samples_for(0.05, std::array{1.0}));
}

TEST(SamplesFor, EqualSamplesAreTwo) {
  EXPECT_EQ(samples_for(0.05, std::array{7.0, 7.0, 7.0}), 2U);
}

}  // namespace
}  // namespace spillway::stats
