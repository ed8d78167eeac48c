// SPDX-License-Identifier: Apache-2.0
#include "cache/s3_fifo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cache/world.h"

namespace spillway::cache {
namespace {

using testing::ElementsAre;

// Worked by hand from algorithm 1 of the paper: ten blocks, one of them the small queue's share.
TEST(S3Fifo, FollowsThePublishedAlgorithm) {
  World world({.storage = 10}, {}, nullptr, "s3-fifo");
  world.store_each(keys(0, 10));
  for (const std::uint64_t n : {0U, 1U, 1U, 2U, 2U, 2U}) world.load({key(n)});
  world.store({key(10)});  // 0 was read once: a ghost
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 30), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
  world.store({key(11)});  // 1 and 2 go to the main queue, 3 is a ghost
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 30), ElementsAre(1, 2, 4, 5, 6, 7, 8, 9, 10, 11));
  world.store({key(0)});          // 4 is a ghost, and 0 comes into the main queue: 1 2 0
  world.store_each(keys(12, 6));  // 5 to 10 are ghosts
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 30),
              ElementsAre(0, 1, 2, 11, 12, 13, 14, 15, 16, 17));
  world.store_each(keys(3, 6));  // ghosts, for which 11 to 16 become some: 1 2 0 3 4 5 6 7 8
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 30), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 17));
  world.load({key(1)});
  world.store({key(9)});   // 17 is the last of the small queue
  world.store({key(20)});  // 1 was read and goes to the end, 2 leaves, and is no ghost
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 30), ElementsAre(0, 1, 3, 4, 5, 6, 7, 8, 9, 20));
  world.store({key(2)});  // into the small queue, where 20 leaves for it
  world.store({key(21)});
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 30), ElementsAre(0, 1, 3, 4, 5, 6, 7, 8, 9, 21));
  world.expect_settled();
}

TEST(S3Fifo, AHotSetOutlivesAScanThatLruLosesItTo) {
  for (const std::string_view policy : {"waterfall-lru", "s3-fifo"}) {
    World world({.storage = 20}, {}, nullptr, policy);
    world.store_each(keys(0, 5));
    for (int i = 0; i < 2; ++i) world.load(keys(0, 5));
    world.store_each(keys(100, 200));
    const std::size_t left = world.lying_in(TierId::storage, 0, 5).size();
    EXPECT_EQ(left, policy == "s3-fifo" ? 5U : 0U) << policy;
  }
}

TEST(S3Fifo, StoringAndTheEndOfARequestAreNoReads) {
  World world({.storage = 4}, {}, nullptr, "s3-fifo");
  world.store_each(keys(0, 4));
  for (int i = 0; i < 5; ++i) world.cache.touch(keys(0, 4));
  world.store({key(4)});
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 10), ElementsAre(1, 2, 3, 4));
}

TEST(S3Fifo, ABlockThatIsReadKeepsItsPlace) {
  World world({.storage = 4}, {}, nullptr, "s3-fifo");
  world.store_each(keys(0, 4));
  std::vector<Pin> pins;
  world.index->match(keys(0, 1), pins);
  world.store({key(4)});
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 10), ElementsAre(0, 2, 3, 4));
  world.index->unpin(pins);  // read once: still the first to leave
  world.store({key(5)});
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 10), ElementsAre(2, 3, 4, 5));
  world.expect_settled();
}

TEST(S3Fifo, EachTierHasQueuesOfItsOwn) {
  World world({.gpu = 5, .storage = 4}, {}, nullptr, "s3-fifo");  // 4 and 4 blocks
  world.store_each(keys(0, 4));
  for (int i = 0; i < 2; ++i) world.load({key(0)});
  world.store_each(keys(4, 5));  // 0 stays in the main queue of gpu, 1 to 5 come down, 1 goes
  EXPECT_THAT(world.lying_in(TierId::gpu, 0, 20), ElementsAre(0, 6, 7, 8));
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 20), ElementsAre(2, 3, 4, 5));
  world.expect_settled();
}

TEST(S3Fifo, WhoIsPutBackIsNoGhost) {
  Entries entries(0);
  CacheOptions options;
  options.capacity[TierId::gpu] = 40_KiB;
  S3Fifo policy(options);
  std::vector<EntryId> ids;
  for (std::uint64_t n = 0; n < 3; ++n) {
    ids.push_back(entries.take());
    entries[ids.back()].key = key(n);
    entries[ids.back()].size = kBlock;
    policy.add_arrived(entries, ids.back());
  }
  EXPECT_EQ(policy.victim(entries, TierId::gpu), ids[0]);
  policy.withdraw(entries, ids[0]);
  policy.put_back(entries, ids[0]);
  EXPECT_EQ(policy.victim(entries, TierId::gpu), ids[0]);
  policy.withdraw(entries, ids[0]);
  policy.put_back(entries, ids[0]);
  policy.withdraw(entries, ids[0]);
  policy.add_arrived(entries, ids[0]);  // as if moved: into the small queue again, the youngest
  for (const std::size_t i : {1U, 2U, 0U}) {
    EXPECT_EQ(policy.victim(entries, TierId::gpu), ids[i]);
    policy.withdraw(entries, ids[i]);
  }
  EXPECT_EQ(policy.victim(entries, TierId::gpu), kNoEntry);
}

}  // namespace
}  // namespace spillway::cache
