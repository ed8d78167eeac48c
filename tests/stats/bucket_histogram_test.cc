// SPDX-License-Identifier: Apache-2.0
#include "stats/bucket_histogram.h"

#include <gtest/gtest.h>

namespace spillway::stats {
namespace {

BucketHistogram halves_and_a_tail() {
  return {.buckets = {{.low = 1, .high = 2, .count = 50},
                      {.low = 2, .high = 4, .count = 0},
                      {.low = 4, .high = 8, .count = 45},
                      {.low = 8, .high = Bucket::kNoHigh, .count = 5}}};
}

TEST(BucketHistogram, SumsItsCounts) {
  EXPECT_EQ(halves_and_a_tail().total(), 100U);
  EXPECT_EQ(BucketHistogram().total(), 0U);
}

// Worked by hand: cumulative counts are 50, 50, 95, 100.
TEST(BucketHistogram, FindsTheFirstBucketThatReachesThePercentile) {
  const BucketHistogram histogram = halves_and_a_tail();
  const auto low = [&](double percent) { return histogram.percentile(percent)->low; };
  EXPECT_EQ(low(0), 1);
  EXPECT_EQ(low(50), 1);
  EXPECT_EQ(low(50.5), 4);
  EXPECT_EQ(low(95), 4);
  EXPECT_EQ(low(99), 8);
  EXPECT_EQ(low(100), 8);
}

TEST(BucketHistogram, HasNoPercentileWithoutValues) {
  EXPECT_EQ(BucketHistogram().percentile(50), nullptr);
  EXPECT_EQ((BucketHistogram{.buckets = {{.low = 0, .high = 1, .count = 0}}}).percentile(0),
            nullptr);
}

TEST(BucketHistogram, RefusesAPercentileOutsideOfZeroToHundred) {
  EXPECT_DEATH(BucketHistogram().percentile(101), "from 0 to 100");
}

}  // namespace
}  // namespace spillway::stats
