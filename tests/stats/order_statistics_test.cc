// SPDX-License-Identifier: Apache-2.0
#include "stats/order_statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numbers>
#include <vector>

#include "core/random.h"

namespace spillway::stats {
namespace {

constexpr int kTrials = 4000;

TEST(Median, IsTheMiddleOfTheSortedSamples) {
  EXPECT_DOUBLE_EQ(median(std::array{5.0, 1.0, 3.0}), 3);
  EXPECT_DOUBLE_EQ(median(std::array{4.0, 1.0, 3.0, 2.0}), 2.5);
  EXPECT_DOUBLE_EQ(median(std::array{-7.0}), -7);
  EXPECT_DEATH(median({}), "a median has samples");
}

TEST(InterpolatedQuantile, LiesBetweenTheClosestTwo) {
  // numpy.percentile([10, 20, 30, 40], [0, 50, 95, 100])
  const std::array<double, 4> sorted = {10, 20, 30, 40};
  EXPECT_DOUBLE_EQ(interpolated_quantile(sorted, 0), 10);
  EXPECT_DOUBLE_EQ(interpolated_quantile(sorted, 0.5), 25);
  EXPECT_DOUBLE_EQ(interpolated_quantile(sorted, 0.95), 38.5);
  EXPECT_DOUBLE_EQ(interpolated_quantile(sorted, 1), 40);
  EXPECT_DOUBLE_EQ(interpolated_quantile(std::array{7.0}, 0.95), 7);
}

TEST(PairedRatio, CancelsWhatBothOfAPairSuffer) {
  const std::array<double, 5> ours{95, 48, 96, 190, 97};
  const std::array<double, 5> theirs{100, 50, 100, 200, 100};
  const PairedRatio ratio = paired_ratio(ours, theirs);
  EXPECT_DOUBLE_EQ(ratio.median, 0.96);
  EXPECT_DOUBLE_EQ(ratio.lowest, 0.95);
  EXPECT_DOUBLE_EQ(ratio.highest, 0.97);
  EXPECT_EQ(ratio.pairs, 5U);
}

TEST(PairedRatio, RefusesWhatIsNotPairs) {
  EXPECT_DEATH(paired_ratio(std::array{1.0, 2.0}, std::array{1.0}), "two sides");
  EXPECT_DEATH(paired_ratio(std::array{1.0}, std::array{0.0}), "not zero");
}

// Ranks of the sign test's tables (n = 10, 20, 100), the others summed from binomial coefficients.
TEST(QuantileInterval, GivesTheTabledRanks) {
  EXPECT_EQ(quantile_interval(6, 0.5, 0.95), (RankInterval{.low = 1, .high = 6}));
  EXPECT_EQ(quantile_interval(10, 0.5, 0.95), (RankInterval{.low = 2, .high = 9}));
  EXPECT_EQ(quantile_interval(20, 0.5, 0.95), (RankInterval{.low = 6, .high = 15}));
  EXPECT_EQ(quantile_interval(100, 0.5, 0.95), (RankInterval{.low = 40, .high = 61}));
  EXPECT_EQ(quantile_interval(200, 0.95, 0.95), (RankInterval{.low = 184, .high = 197}));
  EXPECT_EQ(quantile_interval(1000, 0.99, 0.95), (RankInterval{.low = 983, .high = 997}));
}

TEST(QuantileInterval, DoesNotExistForTooFewSamples) {
  EXPECT_EQ(quantile_interval(0, 0.5, 0.95), std::nullopt);
  EXPECT_EQ(quantile_interval(5, 0.5, 0.95), std::nullopt);
  EXPECT_EQ(quantile_interval(367, 0.99, 0.95), std::nullopt);
}

TEST(QuantileInterval, HoldsTheTruthAsOftenAsItSays) {
  const std::uint64_t count = 200;
  const RankInterval ranks = quantile_interval(count, 0.9, 0.95).value_or(RankInterval{});
  ASSERT_GT(ranks.low, 0U);
  const double truth = std::numbers::ln10;  // the p90 of an exponential of mean 1
  int held = 0;
  for (std::uint32_t trial = 0; trial < kTrials; ++trial) {
    Random random({.seed = 5, .user = trial});
    std::vector<double> sample(count);
    for (double& value : sample) value = random.exponential(1);
    std::ranges::sort(sample);
    held += sample[ranks.low - 1] <= truth && truth <= sample[ranks.high - 1] ? 1 : 0;
  }
  // At least what it promises; discrete ranks overshoot by a few per cent. 0.9 % is 2.6 sigma.
  EXPECT_GT(held / double{kTrials}, 0.941);
  EXPECT_LT(held / double{kTrials}, 0.985);
}

TEST(EnoughFor, AsksMoreSamplesOfHigherQuantiles) {
  EXPECT_FALSE(enough_for(0.5, 5));
  EXPECT_TRUE(enough_for(0.5, 6));
  EXPECT_FALSE(enough_for(0.95, 71));
  EXPECT_TRUE(enough_for(0.95, 72));
  EXPECT_FALSE(enough_for(0.99, 367));
  EXPECT_TRUE(enough_for(0.99, 368));
  EXPECT_FALSE(enough_for(0.999, 3687));
  EXPECT_TRUE(enough_for(0.999, 3688));
  EXPECT_TRUE(enough_for(0.999, 1'000'000'000'000));
}

}  // namespace
}  // namespace spillway::stats
