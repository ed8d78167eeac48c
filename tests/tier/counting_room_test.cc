// SPDX-License-Identifier: Apache-2.0
#include "tier/counting_room.h"

#include <gtest/gtest.h>

#include "core/size_text.h"

namespace spillway::tier {
namespace {

constexpr kv::BlockKey kKey{.high = 1, .low = 2};

TEST(CountingRoom, CountsPaddedBytesAgainstItsCapacity) {
  CountingRoom room(12_KiB);
  ASSERT_TRUE(room.reserve(kKey, 1_B));
  EXPECT_EQ(room.used(), 4_KiB);
  ASSERT_TRUE(room.reserve(kKey, 8_KiB));
  EXPECT_FALSE(room.reserve(kKey, 1_B));
  room.release(kKey, {}, 1_B);
  EXPECT_TRUE(room.reserve(kKey, 4_KiB));
}

TEST(CountingRoom, UnlimitedIsNeverFull) {
  CountingRoom room(kUnlimited);
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(room.reserve(kKey, 1_TiB));
  EXPECT_EQ(room.used(), 1'000_TiB);
}

TEST(CountingRoomDeathTest, AbortsWhenMoreComesBackThanWasTaken) {
  CountingRoom room(1_MiB);
  ASSERT_TRUE(room.reserve(kKey, 4_KiB));
  EXPECT_DEATH(room.release(kKey, {}, 8_KiB), "no more is given back");
}

}  // namespace
}  // namespace spillway::tier
