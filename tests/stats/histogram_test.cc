// SPDX-License-Identifier: Apache-2.0
#include "stats/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/random.h"

namespace spillway::stats {
namespace {

TEST(Histogram, KeepsSmallValuesExactly) {
  Histogram histogram;
  for (int value = 0; value < 256; ++value) histogram.add(value);
  EXPECT_EQ(histogram.count(), 256U);
  EXPECT_EQ(histogram.quantile(0.5), 127);
  EXPECT_EQ(histogram.quantile(1.0), 255);
  EXPECT_EQ(histogram.quantile(0.0), 0);
  EXPECT_DOUBLE_EQ(histogram.mean(), 127.5);
}

TEST(Histogram, IsWrongByAtMostAFourTenthsOfAPercent) {
  for (int step = 0; step < 2540; ++step) {
    Histogram histogram;
    const auto wanted = static_cast<std::int64_t>(std::pow(1.0173, step));  // up to 8.2e18
    histogram.add(wanted);
    histogram.add(std::numeric_limits<std::int64_t>::max());
    histogram.add(0);
    const auto got = static_cast<double>(histogram.quantile(0.5));
    ASSERT_NEAR(got, static_cast<double>(wanted), static_cast<double>(wanted) / 256 + 1e-9)
        << wanted;
  }
}

TEST(Histogram, QuantilesMatchASortedSample) {
  Random random({.seed = 3});
  Histogram histogram;
  std::vector<std::int64_t> sample;
  for (int i = 0; i < 50'000; ++i) {
    sample.push_back(static_cast<std::int64_t>(random.exponential(1e6)));
    histogram.add(sample.back());
  }
  std::ranges::sort(sample);
  for (const double q : {0.01, 0.5, 0.95, 0.99, 0.999}) {
    const auto rank = static_cast<std::size_t>(std::ceil(q * 50'000)) - 1;
    const auto truth = static_cast<double>(sample[rank]);
    EXPECT_NEAR(static_cast<double>(histogram.quantile(q)), truth, truth / 256 + 1) << q;
  }
  EXPECT_EQ(histogram.min(), sample.front());
  EXPECT_EQ(histogram.max(), sample.back());
}

TEST(Histogram, MergesExactlyInAnyOrder) {
  Histogram a;
  Histogram b;
  Histogram all;
  Random random({.seed = 4});
  for (int i = 0; i < 10'000; ++i) {
    const auto value = static_cast<std::int64_t>(random.uniform_int(0, 1ULL << 40U));
    (i % 3 == 0 ? a : b).add(value);
    all.add(value);
  }
  Histogram ab = a;
  ab.merge(b);
  Histogram ba = b;
  ba.merge(a);
  EXPECT_EQ(ab, all);
  EXPECT_EQ(ba, all);
  ab.merge(Histogram());
  EXPECT_EQ(ab, all);
}

// The products are not whole in binary: 0.07 x 100 is 7.000000000000001.
TEST(Histogram, ARankIsNotMovedByRounding) {
  Histogram histogram;
  for (int value = 1; value <= 100; ++value) histogram.add(value);
  for (int percent = 1; percent <= 100; ++percent) {
    EXPECT_EQ(histogram.quantile(percent / 100.0), percent);
  }
  EXPECT_EQ(histogram.quantile(0.071), 8);
}

TEST(Histogram, KnowsItsEndsExactly) {
  Histogram histogram;
  for (const std::int64_t value : {1'000'003L, 1'000'004L, 1'000'005L}) histogram.add(value);
  EXPECT_EQ(histogram.quantile(0), 1'000'003);
  EXPECT_EQ(histogram.quantile(1), 1'000'005);
}

TEST(Histogram, AddingOftenIsAddingManyTimes) {
  Histogram once;
  Histogram often;
  once.add(123'456, 1000);
  once.add(7, 0);
  for (int i = 0; i < 1000; ++i) often.add(123'456);
  EXPECT_EQ(once, often);
}

TEST(Histogram, RefusesAShareThatIsNone) {
  Histogram histogram;
  histogram.add(1);
  EXPECT_DEATH(histogram.quantile(std::nan("")), "share of 0 to 1");
  EXPECT_DEATH(histogram.quantile(99), "share of 0 to 1");
}

// As read from a damaged file: wrong figures may come out, but nothing breaks.
TEST(Histogram, SurvivesLimitsThatContradictItsBuckets) {
  Histogram histogram = Histogram::restored(10, 9, 1);
  histogram.restore_bucket(-4, 2);
  histogram.restore_bucket(5000, 2);
  EXPECT_EQ(histogram.count(), 4U);
  EXPECT_EQ(histogram.quantile(0.5), 9);
}

TEST(Histogram, CountsAsManyAs64BitsHold) {
  Histogram histogram;
  histogram.add(3, std::numeric_limits<std::uint64_t>::max() - 1);
  histogram.add(5);
  EXPECT_EQ(histogram.quantile(0.5), 3);
  EXPECT_EQ(histogram.quantile(1), 5);
}

TEST(Histogram, SumsBeyond64Bits) {
  Histogram histogram;
  histogram.add(std::numeric_limits<std::int64_t>::max(), 1000);
  EXPECT_DOUBLE_EQ(histogram.mean(), 9223372036854775807.0);
}

TEST(Histogram, CountsNegativeValuesAsZeroAndAnEmptyOneSaysSo) {
  Histogram histogram;
  EXPECT_TRUE(histogram.empty());
  EXPECT_EQ(histogram.quantile(0.5), 0);
  histogram.add(-5);
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.count(), 1U);
}

TEST(Histogram, ComesBackFromItsSparseForm) {
  Histogram histogram;
  for (const std::int64_t value : {3L, 1'000L, 1'000'000L, 1'000'000'007L}) histogram.add(value, 5);
  Histogram back = Histogram::restored(histogram.sum(), histogram.min(), histogram.max());
  histogram.for_each_bucket([&](std::int64_t lowest, std::int64_t highest, std::uint64_t count) {
    EXPECT_LE(lowest, highest);
    back.restore_bucket(lowest, count);
  });
  EXPECT_EQ(back, histogram);
}

}  // namespace
}  // namespace spillway::stats
