// SPDX-License-Identifier: Apache-2.0
#include "cache/lfu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cache/world.h"

namespace spillway::cache {
namespace {

using testing::ElementsAre;

TEST(Lfu, WhatWasUsedLeastOftenLeavesAndOfThoseTheLeastRecent) {
  World world({.storage = 4}, {}, nullptr, "lfu");
  world.store_each(keys(0, 4));
  for (const std::uint64_t n : {0U, 0U, 1U, 3U}) world.load({key(n)});  // uses 3, 2, 1, 2
  world.store({key(4)});
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 10), ElementsAre(0, 1, 3, 4));
  world.store_each(keys(5, 2));  // 4 goes for 5, and 5 for 6
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 10), ElementsAre(0, 1, 3, 6));
  world.load({key(6)});  // now 1, 3 and 6 were used twice
  world.store({key(7)});
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 10), ElementsAre(0, 3, 6, 7));
  world.expect_settled();
}

TEST(Lfu, TheEndOfARequestIsNoUseButDecidesAmongEquals) {
  World world({.storage = 3}, {}, nullptr, "lfu");
  world.store_each(keys(0, 3));
  world.load({key(2)});
  for (int i = 0; i < 5; ++i) world.cache.touch(std::vector{key(0)});
  world.store({key(3)});  // 0 and 1 were used once, 1 less recently
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 10), ElementsAre(0, 2, 3));
  world.store({key(4)});  // 0 was touched, not used
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 10), ElementsAre(2, 3, 4));
}

TEST(Lfu, UsesAreKeptOnTheWayDown) {
  World world({.gpu = 5, .storage = 2}, {}, nullptr, "lfu");  // 4 and 2 blocks
  world.store_each(keys(0, 4));
  for (int i = 0; i < 3; ++i) world.load(keys(0, 4));
  world.store({key(4)});  // of four that were used four times, 3 was used first
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 10), ElementsAre(3));
  world.store_each(keys(5, 3));  // 4, 5 and 6 come down, were used once, and 4 and 5 go
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 10), ElementsAre(3, 6));
  EXPECT_THAT(world.lying_in(TierId::gpu, 0, 10), ElementsAre(0, 1, 2, 7));
  world.expect_settled();
}

// Nothing ages here: what was hot once stays through any scan.
TEST(Lfu, WhatWasHotOnceStays) {
  World world({.storage = 10}, {}, nullptr, "lfu");
  world.store({key(0)});
  for (int i = 0; i < 3; ++i) world.load({key(0)});
  world.store_each(keys(100, 300));
  EXPECT_EQ(world.where(key(0)), TierId::storage);
}

TEST(Lfu, PutsBackWhoWasToLeave) {
  Entries entries(0);
  CacheOptions options;
  options.capacity[TierId::gpu] = 4_MiB;
  Lfu policy(options);
  const EntryId once = entries.take();
  const EntryId twice = entries.take();
  for (const EntryId id : {twice, once}) policy.add_arrived(entries, id);
  policy.withdraw(entries, twice);
  policy.add_used(entries, twice);
  EXPECT_EQ(policy.victim(entries, TierId::gpu), once);
  policy.withdraw(entries, once);
  EXPECT_EQ(policy.victim(entries, TierId::gpu), twice);
  policy.put_back(entries, once);
  EXPECT_EQ(policy.victim(entries, TierId::gpu), once);
}

}  // namespace
}  // namespace spillway::cache
