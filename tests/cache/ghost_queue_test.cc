// SPDX-License-Identifier: Apache-2.0
#include "cache/ghost_queue.h"

#include <gtest/gtest.h>

namespace spillway::cache {
namespace {

kv::BlockKey key(std::uint64_t n) { return {.high = 1, .low = n}; }

TEST(GhostQueue, ForgetsTheOldestWhenItIsFull) {
  GhostQueue ghosts(Bytes(30));
  for (std::uint64_t n = 0; n < 4; ++n) ghosts.add(key(n), Bytes(10));
  EXPECT_FALSE(ghosts.take(key(0)));
  EXPECT_TRUE(ghosts.take(key(1)));
  EXPECT_TRUE(ghosts.take(key(2)));
  EXPECT_TRUE(ghosts.take(key(3)));
}

TEST(GhostQueue, WhatIsTakenIsGoneAndMakesRoom) {
  GhostQueue ghosts(Bytes(20));
  ghosts.add(key(0), Bytes(10));
  ghosts.add(key(1), Bytes(10));
  EXPECT_TRUE(ghosts.take(key(0)));
  EXPECT_FALSE(ghosts.take(key(0)));
  ghosts.add(key(2), Bytes(10));
  EXPECT_TRUE(ghosts.take(key(1)));
}

TEST(GhostQueue, WhatLeavesAgainIsTheYoungest) {
  GhostQueue ghosts(Bytes(20));
  for (const std::uint64_t n : {0U, 1U, 0U, 2U}) ghosts.add(key(n), Bytes(10));
  EXPECT_FALSE(ghosts.take(key(1)));
  EXPECT_TRUE(ghosts.take(key(0)));
}

TEST(GhostQueue, ABlockAboveItsSizeLeavesNoGhostAtAll) {
  GhostQueue ghosts(Bytes(20));
  ghosts.add(key(0), Bytes(10));
  ghosts.add(key(1), Bytes(21));
  EXPECT_FALSE(ghosts.take(key(1)));
  EXPECT_FALSE(ghosts.take(key(0)));
}

}  // namespace
}  // namespace spillway::cache
