// SPDX-License-Identifier: Apache-2.0
#include "core/cpu_time.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace spillway {
namespace {

TEST(CpuTimeTest, GrowsWithWork) {
  const Duration before = thread_cpu_time();
  volatile std::uint64_t sum = 0;
  while (thread_cpu_time() - before < std::chrono::milliseconds(2)) sum = sum + 1;
  EXPECT_GT(sum, 0U);
}

TEST(CpuTimeTest, IsThatOfTheThreadAlone) {
  const Duration before = thread_cpu_time();
  std::thread([] {
    const Duration began = thread_cpu_time();
    while (thread_cpu_time() - began < std::chrono::milliseconds(20)) continue;
  }).join();
  EXPECT_LT(thread_cpu_time() - before, std::chrono::milliseconds(10));
}

}  // namespace
}  // namespace spillway
