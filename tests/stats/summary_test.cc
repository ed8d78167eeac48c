// SPDX-License-Identifier: Apache-2.0
#include "stats/summary.h"

#include <gtest/gtest.h>

namespace spillway::stats {
namespace {

TEST(Summarise, GivesTheFiguresInTheUnitOfTheScale) {
  Histogram nanoseconds;
  for (int ms = 1; ms <= 1000; ++ms) nanoseconds.add(ms * 1'000'000LL);
  const Summary ms = summarise(nanoseconds, 1e-6);
  EXPECT_EQ(ms.count, 1000U);
  EXPECT_DOUBLE_EQ(ms.mean, 500.5);
  EXPECT_NEAR(ms.p50, 500, 500.0 / 256);
  EXPECT_NEAR(ms.p95, 950, 950.0 / 256);
  EXPECT_NEAR(ms.p99, 990, 990.0 / 256);
  EXPECT_NEAR(ms.p999, 999, 999.0 / 256);
  EXPECT_DOUBLE_EQ(ms.max, 1000);
  EXPECT_DOUBLE_EQ(ms.min, 1);
}

TEST(Summarise, OfMergedHistogramsIsThatOfAllValues) {
  Histogram fast;
  Histogram slow;
  Histogram all;
  for (int i = 0; i < 900; ++i) fast.add(100);
  for (int i = 0; i < 100; ++i) slow.add(10'000);
  all.add(100, 900);
  all.add(10'000, 100);
  fast.merge(slow);
  EXPECT_EQ(summarise(fast).p95, summarise(all).p95);
  EXPECT_EQ(summarise(fast).p50, 100);
  EXPECT_DOUBLE_EQ(summarise(fast).mean, 1090);
}

TEST(Summarise, OfNothingIsZeros) {
  const Summary none = summarise(Histogram());
  EXPECT_EQ(none.count, 0U);
  EXPECT_EQ(none.mean, 0);
  EXPECT_EQ(none.p999, 0);
}

}  // namespace
}  // namespace spillway::stats
