// SPDX-License-Identifier: Apache-2.0
#include "telemetry/process_usage.h"

#include <gtest/gtest.h>

#include "tests/telemetry/fake_tree.h"

namespace spillway::telemetry {
namespace {

TEST(ProcessIo, ReadsWhatWentToStorageNotWhatWasCopied) {
  const FakeTree tree;
  tree.put("self/io", "rchar: 999\nwchar: 888\nsyscr: 1\nread_bytes: 4096\nwrite_bytes: 8192\n");
  const auto io = read_process_io(tree.root());
  ASSERT_TRUE(io.has_value());
  EXPECT_EQ(io->read_bytes, 4096U);
  EXPECT_EQ(io->write_bytes, 8192U);
}

TEST(ProcessIo, IsMissingWhereTheKernelDoesNotCount) {
  const FakeTree tree;
  tree.put("self/io", "rchar: 999\n");
  EXPECT_FALSE(read_process_io(tree.root()).has_value());
  EXPECT_FALSE(read_process_io(tree.root() + "/none").has_value());
}

TEST(ProcessCpuTime, GrowsWithWork) {
  const Duration before = process_cpu_time();
  volatile std::uint64_t sum = 0;
  while (process_cpu_time() == before) sum = sum + 1;
  EXPECT_GT(process_cpu_time(), before);
  EXPECT_GT(process_peak_memory_bytes(), 1'000'000U);
}

}  // namespace
}  // namespace spillway::telemetry
