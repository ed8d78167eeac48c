// SPDX-License-Identifier: Apache-2.0
#include "core/aligned_buffer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

#include "core/error.h"

namespace spillway {
namespace {

TEST(AlignedBuffer, StartsAtAHugePageAndHoldsWhatWasAsked) {
  const AlignedBuffer buffer(3_MiB + 5_B);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.bytes().data()) % (2U << 20U), 0U);
  EXPECT_EQ(buffer.size(), 3_MiB + 5_B);
  buffer.prefault();
  buffer.bytes().back() = std::byte{7};
  EXPECT_EQ(buffer.bytes().back(), std::byte{7});
}

TEST(AlignedBuffer, HasOneOwner) {
  AlignedBuffer first(1_MiB);
  const std::byte* const data = first.bytes().data();
  const AlignedBuffer second = std::move(first);
  EXPECT_EQ(second.bytes().data(), data);
}

TEST(AlignedBuffer, SaysThatMemoryIsShort) {
  EXPECT_THROW(AlignedBuffer(Bytes(std::uint64_t{1} << 50U)), Error);
}

}  // namespace
}  // namespace spillway
