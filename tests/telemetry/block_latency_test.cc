// SPDX-License-Identifier: Apache-2.0
#include "telemetry/block_latency.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace spillway::telemetry {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(BlockLatencyScript, IsTheFileInTheTree) {
  std::ifstream file(SPILLWAY_SOURCE_DIR "/src/telemetry/block_latency.bt");
  EXPECT_EQ(std::string(block_latency_script()),
            std::string(std::istreambuf_iterator<char>(file), {}));
}

TEST(BlockLatencyScript, FillsEveryHistogram) {
  for (const std::string name :
       {"d2c_read_us", "d2c_write_us", "q2d_read_us", "q2d_write_us", "vfs_read_us", "vfs_write_us",
        "fsync_us", "write_to_fsync_us", "fadvise_to_read_us", "bssplit_read_kb",
        "bssplit_write_kb", "qd_read", "qd_write"}) {
    EXPECT_THAT(block_latency_script(), HasSubstr("@" + name + " = hist("));
  }
  EXPECT_THAT(block_latency_script(), HasSubstr("@lba_read_gb = lhist("));
  EXPECT_THAT(block_latency_script(), HasSubstr("@lba_write_gb = lhist("));
}

// A process is known by its number: an interpreter's or a thread's name is not the program's.
TEST(BlockLatencyScript, DoesNotGoByTheNameOfACommand) {
  EXPECT_THAT(block_latency_script(), Not(HasSubstr("comm")));
}

// include/linux/kdev_t.h of the kernel: 20 bits of minor number.
TEST(KernelDeviceNumber, HasTwentyBitsOfMinor) {
  EXPECT_EQ(kernel_device_number(259, 3), 271'581'187U);
  EXPECT_EQ(kernel_device_number(0, 0), 0U);
}

}  // namespace
}  // namespace spillway::telemetry
