// SPDX-License-Identifier: Apache-2.0
#include "telemetry/gpu.h"

#include <gtest/gtest.h>

namespace spillway::telemetry {
namespace {

TEST(Gpu, HasTheMemoryThatTheLibrarySays) {
  EXPECT_EQ(gpu_memory_bytes(SPILLWAY_FAKE_NVML), std::uint64_t{24} << 30U);
  EXPECT_EQ(gpu_memory(SPILLWAY_FAKE_NVML).value().used_bytes, 2U);
}

TEST(Gpu, IsNotThereWithoutTheLibraryOrItsCalls) {
  EXPECT_FALSE(gpu_memory_bytes("libthere-is-none.so.1"));
  EXPECT_FALSE(gpu_memory_bytes("libm.so.6"));
  EXPECT_FALSE(gpu_memory("libm.so.6"));
}

}  // namespace
}  // namespace spillway::telemetry
