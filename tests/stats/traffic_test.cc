// SPDX-License-Identifier: Apache-2.0
#include "stats/traffic.h"

#include <gtest/gtest.h>

namespace spillway::stats {
namespace {

TEST(Traffic, CountsFailuresByClassAndGivesThemNoLatency) {
  Traffic traffic;
  traffic.add(4096, 250);
  traffic.add_error(ErrorClass::io_error);
  traffic.add_error(ErrorClass::corrupt);
  traffic.add_error(ErrorClass::corrupt);
  EXPECT_EQ(traffic.operations, 1U);
  EXPECT_EQ(traffic.bytes, 4096U);
  EXPECT_EQ(traffic.failed(), 3U);
  EXPECT_EQ(traffic.errors.at(static_cast<std::size_t>(ErrorClass::corrupt)), 2U);
  EXPECT_EQ(traffic.latency.count(), 1U);
  EXPECT_EQ(traffic.latency.min(), 250);
}

TEST(Traffic, MergesAllOfIt) {
  Traffic a;
  Traffic b;
  a.add(10, 1);
  b.add(20, 2);
  b.add_error(ErrorClass::no_space);
  a.merge(b);
  EXPECT_EQ(a.operations, 2U);
  EXPECT_EQ(a.bytes, 30U);
  EXPECT_EQ(a.failed(), 1U);
  EXPECT_EQ(a.latency.count(), 2U);
  EXPECT_EQ(a.latency.max(), 2);
}

TEST(ErrorClass, IsSpeltAsInRecords) {
  EXPECT_STREQ(name_of(ErrorClass::io_error), "io_error");
  EXPECT_STREQ(name_of(ErrorClass::short_transfer), "short_transfer");
  EXPECT_STREQ(name_of(ErrorClass::corrupt), "corrupt");
  EXPECT_STREQ(name_of(ErrorClass::no_space), "no_space");
}

}  // namespace
}  // namespace spillway::stats
