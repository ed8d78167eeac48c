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

TEST(BlockSample, IsOfADriveOrOfAPartitionByName) {
  const FakeTree tree;
  tree.put("block/nvme0n1/stat", " 7 0 100 1 3 0 50 2 0 0 0\n");
  tree.put("class/block/nvme0n1p1/stat", " 1 0 2 1 1 0 4 2 0 0 0\n");
  const UtcTime now = UtcTime(std::chrono::seconds(5));
  const record::BlockSample drive = block_sample("nvme0n1", now, tree.root());
  EXPECT_TRUE(drive.success);
  EXPECT_EQ(drive.taken, now);
  EXPECT_EQ(drive.read_ios, 7U);
  EXPECT_EQ(drive.write_ios, 3U);
  EXPECT_EQ(drive.read_bytes, 51200U);
  EXPECT_EQ(drive.write_bytes, 25600U);
  EXPECT_EQ(block_sample("nvme0n1p1", now, tree.root()).write_bytes, 2048U);
  EXPECT_FALSE(block_sample("sda", now, tree.root()).success);
}

}  // namespace
}  // namespace spillway::telemetry
