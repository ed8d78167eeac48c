// SPDX-License-Identifier: Apache-2.0
#include "cache/size_aware.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cache/world.h"

namespace spillway::cache {
namespace {

using testing::ElementsAre;

// Priorities in units of one use of a block of the least size; the clock starts at 0.
TEST(SizeAware, LeavesByClockPlusUsesBySize) {
  World world({.storage = 10}, {}, nullptr, "size-aware");
  world.store({key(0)}, 4 * kBlock);  // 1/4
  world.store_each(keys(1, 6));       // 1 each, and the tier is full
  world.store({key(7)});              // 0 goes: the clock is 1/4, 7 has 5/4
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 20), ElementsAre(1, 2, 3, 4, 5, 6, 7));
  world.store_each(keys(8, 3));  // 5/4 each, and the tier is full
  world.store({key(11)});        // of those with 1, 1 was used least recently; the clock is 1
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 20), ElementsAre(2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
  world.load({key(3)});           // 1 + 2 = 3
  world.store_each(keys(12, 4));  // 2, 4, 5 and 6 go with 1
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 20),
              ElementsAre(3, 7, 8, 9, 10, 11, 12, 13, 14, 15));
  world.store({key(16)}, 4 * kBlock);  // 7 to 10 go with 5/4; 16 has 5/4 + 1/4
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 20), ElementsAre(3, 11, 12, 13, 14, 15, 16));
  world.store({key(17)});  // 16 goes again, as 11 to 15 have 2
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 20), ElementsAre(3, 11, 12, 13, 14, 15, 17));
  world.expect_settled();
}

TEST(SizeAware, ALargeBlockStaysThatIsUsedOftenEnough) {
  World world({.storage = 8}, {}, nullptr, "size-aware");
  world.store({key(0)}, 4 * kBlock);
  for (int i = 0; i < 4; ++i) world.load({key(0)});  // 5/4
  world.store_each(keys(1, 4));                      // 1 each
  world.store({key(5)});
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 20), ElementsAre(0, 2, 3, 4, 5));
}

// Ten units: the clock has passed them when nine other blocks have each been replaced ten times.
TEST(SizeAware, WhatWasHotOnceGrowsOld) {
  World world({.storage = 10}, {}, nullptr, "size-aware");
  world.store({key(0)});
  for (int i = 0; i < 9; ++i) world.load({key(0)});
  world.store_each(keys(100, 9 * 9));
  EXPECT_EQ(world.where(key(0)), TierId::storage);
  world.store_each(keys(200, 2 * 9 + 1));
  EXPECT_EQ(world.where(key(0)), std::nullopt);
}

TEST(SizeAware, TheEndOfARequestIsNoUseButDecidesAmongEquals) {
  World world({.storage = 3}, {}, nullptr, "size-aware");
  world.store_each(keys(0, 3));
  world.cache.touch(std::vector{key(0)});
  world.store({key(3)});
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 10), ElementsAre(0, 2, 3));
  world.store_each(keys(4, 2));  // 2, and then 0, whose priority is still 1
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 10), ElementsAre(3, 4, 5));
}

TEST(SizeAware, KeepsUsesOnTheWayDown) {
  World world({.gpu = 5, .storage = 2}, {}, nullptr, "size-aware");
  world.store_each(keys(0, 4));
  for (int i = 0; i < 3; ++i) world.load(keys(0, 4));
  world.store({key(4)});  // 3 comes down with four uses
  world.drop(keys(0, 3));
  world.store_each(keys(5, 5));  // 4 and 5 come down with one use each, and 4 goes
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 20), ElementsAre(3, 5));
  world.expect_settled();
}

TEST(SizeAware, PutsBackWhoWasToLeave) {
  Entries entries(0);
  CacheOptions options;
  options.capacity[TierId::gpu] = 4_MiB;
  SizeAware policy(options);
  const EntryId large = entries.take();
  const EntryId small = entries.take();
  entries[large].size = 2_KiB;
  entries[small].size = 1_KiB;
  for (const EntryId id : {small, large}) policy.add_arrived(entries, id);
  EXPECT_EQ(policy.victim(entries, TierId::gpu), large);
  policy.withdraw(entries, large);
  policy.put_back(entries, large);
  policy.withdraw(entries, small);
  EXPECT_EQ(policy.victim(entries, TierId::gpu), large);
  policy.withdraw(entries, large);
  EXPECT_EQ(policy.victim(entries, TierId::gpu), kNoEntry);
}

}  // namespace
}  // namespace spillway::cache
