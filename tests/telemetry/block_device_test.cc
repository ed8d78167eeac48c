// SPDX-License-Identifier: Apache-2.0
#include "telemetry/block_device.h"

#include <gtest/gtest.h>

#include "tests/telemetry/fake_tree.h"

namespace spillway::telemetry {
namespace {

using namespace std::chrono_literals;

TEST(BlockCounters, ReadsTheDocumentedColumns) {
  const FakeTree tree;
  tree.put("dev/block/259:3/stat",
           "     100        5     2048       70       10        2      512      300        0  \n");
  const auto counters = read_block_counters(259, 3, tree.root());
  ASSERT_TRUE(counters.has_value());
  EXPECT_EQ(counters->reads, 100U);
  EXPECT_EQ(counters->read_bytes, 2048U * 512);
  EXPECT_EQ(counters->read_time, 70ms);
  EXPECT_EQ(counters->writes, 10U);
  EXPECT_EQ(counters->write_bytes, 512U * 512);
  EXPECT_EQ(counters->write_time, 300ms);
}

TEST(BlockCounters, TheirDifferenceIsWhatHappenedBetween) {
  const BlockCounters earlier = *parse_block_counters("1 0 8 2 3 0 16 4");
  const BlockCounters later = *parse_block_counters("11 0 80 7 5 0 32 9");
  const BlockCounters between = later - earlier;
  EXPECT_EQ(between.reads, 10U);
  EXPECT_EQ(between.read_bytes, 72U * 512);
  EXPECT_EQ(between.write_time, 5ms);
}

TEST(BlockCounters, AreMissingRatherThanZero) {
  const FakeTree tree;
  tree.put("dev/block/1:1/stat", "1 2 3");
  tree.put("dev/block/1:2/stat", "1 2 3 x 5 6 7 8");
  EXPECT_FALSE(read_block_counters(1, 1, tree.root()).has_value());
  EXPECT_FALSE(read_block_counters(1, 2, tree.root()).has_value());
  EXPECT_FALSE(read_block_counters(9, 9, tree.root()).has_value());
}

}  // namespace
}  // namespace spillway::telemetry
