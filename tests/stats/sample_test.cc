// SPDX-License-Identifier: Apache-2.0
#include "stats/sample.h"

#include <gtest/gtest.h>

namespace spillway::stats {
namespace {

// numpy.percentile([1, 2, 4], [50, 95]) is [2.0, 3.8].
TEST(SampleTest, FewValuesAreExact) {
  Sample sample;
  for (const double value : {4.0, 1.0, 2.0}) sample.add(value);
  EXPECT_TRUE(sample.exact());
  EXPECT_EQ(sample.count(), 3U);
  EXPECT_DOUBLE_EQ(sample.quantile(0.5), 2);
  EXPECT_DOUBLE_EQ(sample.quantile(0.95), 3.8);
  EXPECT_DOUBLE_EQ(sample.mean(), 7.0 / 3);
  EXPECT_EQ(sample.min(), 1);
  EXPECT_EQ(sample.max(), 4);
}

TEST(SampleTest, ManyValuesAreWithinTheHistogramsError) {
  Sample sample(100);
  for (int i = 1; i <= 10'000; ++i) sample.add(i * 0.1);
  EXPECT_FALSE(sample.exact());
  EXPECT_NEAR(sample.quantile(0.5), 500, 500 * 0.004);
  EXPECT_NEAR(sample.quantile(0.99), 990, 990 * 0.004);
  EXPECT_EQ(sample.max(), 1000);
  EXPECT_NEAR(sample.mean(), 500.05, 1e-6);
}

TEST(SampleTest, PartsMergeIntoTheWhole) {
  Sample few(3);
  Sample many(3);
  few.merge(Sample());
  EXPECT_EQ(few.count(), 0U);
  few.add(1);
  for (int i = 0; i < 8; ++i) many.add(2);
  few.merge(many);
  EXPECT_EQ(few.count(), 9U);
  EXPECT_FALSE(few.exact());
  EXPECT_NEAR(few.quantile(0.5), 2, 0.01);
  EXPECT_EQ(few.min(), 1);
  Sample exact(10);
  exact.add(3);
  Sample other(10);
  other.add(1);
  exact.merge(other);
  EXPECT_DOUBLE_EQ(exact.quantile(0.5), 2);
}

// numpy.std([2, 4, 4, 4, 5, 5, 7, 9], ddof=1) is 2.1380899352993950.
TEST(SampleTest, TheDeviationIsThatOfTheWholeHoweverItWasPutTogether) {
  Sample whole(4);
  Sample part(4);
  for (const double value : {2.0, 4.0, 4.0}) whole.add(value);
  EXPECT_EQ(Sample().deviation(), 0);
  for (const double value : {4.0, 5.0, 5.0, 7.0, 9.0}) part.add(value);
  whole.merge(part);
  EXPECT_DOUBLE_EQ(whole.deviation(), 2.138089935299395);
  EXPECT_EQ(whole.sum(), 40);
}

}  // namespace
}  // namespace spillway::stats
