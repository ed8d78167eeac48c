// SPDX-License-Identifier: Apache-2.0
#include "cache/spillover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/size_text.h"
#include "tests/cache/world.h"

namespace spillway::cache {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Spillover, GoesToTheFastestTierThatStaysBelowItsShare) {
  World world({.gpu = 10, .cpu = 5, .storage = 4}, {}, nullptr, "spillover");  // below 8, below 4
  world.store_each(keys(0, 20));
  EXPECT_THAT(world.lying_in(TierId::gpu, 0, 20), ElementsAre(0, 1, 2, 3, 4, 5, 6));
  EXPECT_THAT(world.lying_in(TierId::cpu, 0, 20), ElementsAre(7, 8, 9));
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 20), ElementsAre(16, 17, 18, 19));
  for (const TierId tier : kAllTiers) {
    EXPECT_EQ(world.counters(tier).demotions, 0U);
    EXPECT_EQ(world.counters(tier).bypasses, 0U);
  }
  EXPECT_EQ(world.counters(TierId::storage).evictions, 6U);
  world.expect_settled();
}

TEST(Spillover, TheLastTierLosesWhatWasUsedLeastRecently) {
  World world({.gpu = 2, .storage = 3}, {}, nullptr, "spillover");
  world.store_each(keys(0, 4));  // one in gpu, three in storage
  world.load({key(1)});
  world.store({key(4)});
  EXPECT_THAT(world.lying_in(TierId::gpu, 0, 10), ElementsAre(0));
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 10), ElementsAre(1, 3, 4));
  world.cache.touch(std::vector{key(3)});
  world.store({key(5)});
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 10), ElementsAre(3, 4, 5));
}

TEST(Spillover, ASmallerBlockStillFitsWhereALargeOneSpills) {
  World world({.gpu = 10, .storage = 40}, {}, nullptr, "spillover");
  world.store({key(0)}, 5 * kBlock);
  world.store({key(1)}, 3 * kBlock);  // 8 is not below 8
  world.store({key(2)}, 2 * kBlock);
  EXPECT_THAT(world.lying_in(TierId::gpu, 0, 10), ElementsAre(0, 2));
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 10), ElementsAre(1));
}

TEST(Spillover, WhatWasDroppedMakesRoomAbove) {
  World world({.gpu = 5, .storage = 40}, {}, nullptr, "spillover");  // 3 blocks
  world.store_each(keys(0, 6));
  world.drop(keys(0, 1));
  world.store_each(keys(6, 2));
  EXPECT_THAT(world.lying_in(TierId::gpu, 0, 10), ElementsAre(1, 2, 6));
  world.expect_settled();
}

TEST(Spillover, AHitMovesUpOnlyWhereThereIsRoom) {
  World world({.gpu = 5, .storage = 40}, {.promote = true}, nullptr, "spillover");
  world.store_each(keys(0, 5));
  world.load({key(3)});
  EXPECT_EQ(world.where(key(3)), TierId::storage);
  world.drop(keys(0, 1));
  world.load({key(3)});
  EXPECT_EQ(world.where(key(3)), TierId::gpu);
  world.expect_settled();
}

TEST(Spillover, ATierWithoutEndTakesEverything) {
  CacheOptions options;
  options.capacity = {{kUnlimited, Bytes(0), 1_GiB}};
  const Spillover policy(options);
  EXPECT_THAT(policy.admission_order(), ElementsAre(TierId::gpu, TierId::storage));
  EXPECT_THAT(policy.below(TierId::gpu), IsEmpty());
  EXPECT_TRUE(policy.accepts(TierId::gpu, Bytes(1ULL << 60U), 1_GiB));
  EXPECT_TRUE(policy.accepts(TierId::storage, 1_GiB, 1_GiB));
  EXPECT_FALSE(policy.accepts(TierId::storage, Bytes(0), 1_GiB + Bytes(1)));
}

TEST(Spillover, PutsBackWhoWasToLeave) {
  Entries entries(0);
  CacheOptions options;
  options.capacity[TierId::gpu] = 1_GiB;
  Spillover policy(options);
  const EntryId first = entries.take();
  const EntryId second = entries.take();
  for (const EntryId id : {first, second}) policy.add_arrived(entries, id);
  policy.withdraw(entries, first);
  policy.put_back(entries, first);
  EXPECT_EQ(policy.victim(entries, TierId::gpu), first);
}

}  // namespace
}  // namespace spillway::cache
