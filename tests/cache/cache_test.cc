// SPDX-License-Identifier: Apache-2.0
#include "cache/cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cache/world.h"

namespace spillway::cache {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(Cache, LoadsTheLeadingRunOfWhatWasStored) {
  World world({.storage = 100});
  EXPECT_EQ(world.store(keys(0, 10)).stored, 10U);
  std::vector<kv::BlockKey> asked = keys(0, 8);
  asked.push_back(key(999));
  asked.push_back(key(9));
  const LoadOutcome loaded = world.load(asked);
  EXPECT_EQ(loaded.blocks_hit, 8U);
  EXPECT_EQ(loaded.hits[TierId::storage], 8U);
  EXPECT_EQ(loaded.bytes_read[TierId::storage], 8 * kBlock.count());
  EXPECT_FALSE(loaded.stopped);
  EXPECT_EQ(world.counters(TierId::storage).read.operations, 8U);
  EXPECT_EQ(world.counters(TierId::storage).read.latency.max(), 100'000);
  world.expect_settled();
}

TEST(Cache, SkipsWhatIsPresentAndCountsIt) {
  World world({.storage = 100});
  world.store(keys(0, 10));
  const StoreOutcome again = world.store(keys(5, 10));
  EXPECT_EQ(again.present, 5U);
  EXPECT_EQ(again.stored, 5U);
  EXPECT_EQ(world.devices[TierId::storage].writes(), 15U);
}

TEST(Cache, MovesManyBlocksSideBySideButNotMoreThanAllowed) {
  World world({.storage = 1000}, {.blocks_in_flight = 32});
  EXPECT_EQ(world.store(keys(0, 500)).stored, 500U);
  EXPECT_EQ(world.devices[TierId::storage].most_at_once(), 32U);
  EXPECT_EQ(world.load(keys(0, 500)).blocks_hit, 500U);
}

TEST(Cache, KeepsTheDeviceBusyAcrossWindows) {
  World world({.storage = 1000});
  world.store(keys(0, 512));  // 8 windows of 64 on 2 lanes
  EXPECT_EQ(world.clock.now(), Time(4 * 200us));
}

TEST(Cache, TouchMakesATailLeaveBeforeItsHead) {
  World world({.storage = 4});
  world.store(keys(0, 4));
  world.cache.touch(keys(0, 4));
  world.store(keys(10, 1));
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 4), ElementsAre(0, 1, 2));
  world.store(keys(11, 1));
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 4), ElementsAre(0, 1));
}

// The one rule, storing: the request waits, and then counts a hit where the block lies.
TEST(Cache, WaitsForABlockThatIsBeingStoredAndHits) {
  World world({.storage = 100});
  const std::vector<kv::BlockKey> asked = keys(0, 3);
  StoreOutcome stored;
  LoadOutcome loaded;
  world.loop.run(
      async::with_group(world.loop, world.stop, [&](async::Group& group) -> async::Task<> {
        group.spawn(world.store_into(stored, asked));
        group.spawn(world.load_into(loaded, asked));
        co_return;
      }));
  EXPECT_EQ(loaded.hits[TierId::storage], 3U);
  EXPECT_EQ(world.cache.counters().waits, 1U);
  EXPECT_EQ(world.clock.now(), Time(200us + 100us));
}

TEST(Cache, WaitsForABlockWhoseStoringFailsAndMisses) {
  World world({.storage = 100});
  world.devices[TierId::storage].fail_write = [](auto&) { return stats::ErrorClass::io_error; };
  const std::vector<kv::BlockKey> asked = keys(0, 3);
  StoreOutcome stored;
  LoadOutcome loaded;
  world.loop.run(
      async::with_group(world.loop, world.stop, [&](async::Group& group) -> async::Task<> {
        group.spawn(world.store_into(stored, asked));
        group.spawn(world.load_into(loaded, asked));
        co_return;
      }));
  EXPECT_EQ(stored.failed, 3U);
  EXPECT_EQ(loaded.blocks_hit, 0U);
  EXPECT_EQ(loaded.failed, 0U);
  EXPECT_EQ(world.counters(TierId::storage).read.operations, 0U);
  world.expect_settled();
}

// The one rule, leaving: the block is found in the tier it has gone to.
TEST(Cache, WaitsForABlockThatIsLeavingAndHitsItBelow) {
  World world({.cpu = 10, .storage = 100});  // 8 blocks fit under the headroom
  world.store(keys(0, 8));
  const std::vector<kv::BlockKey> fresh = keys(100, 1);
  const std::vector<kv::BlockKey> oldest = keys(0, 1);
  StoreOutcome stored;
  LoadOutcome loaded;
  world.loop.run(
      async::with_group(world.loop, world.stop, [&](async::Group& group) -> async::Task<> {
        group.spawn(world.store_into(stored, fresh));
        group.spawn(world.load_into(loaded, oldest));
        co_return;
      }));
  EXPECT_EQ(loaded.hits[TierId::storage], 1U);
  EXPECT_EQ(loaded.hits[TierId::cpu], 0U);
  EXPECT_EQ(world.cache.counters().waits, 1U);
}

TEST(Cache, WaitsForABlockThatIsBeingDeletedAndMisses) {
  World world({.storage = 4});
  world.store(keys(0, 4));
  const std::vector<kv::BlockKey> fresh = keys(100, 1);
  const std::vector<kv::BlockKey> oldest = keys(0, 1);
  StoreOutcome stored;
  LoadOutcome loaded;
  world.loop.run(
      async::with_group(world.loop, world.stop, [&](async::Group& group) -> async::Task<> {
        group.spawn(world.store_into(stored, fresh));
        group.spawn(world.load_into(loaded, oldest));
        co_return;
      }));
  EXPECT_EQ(loaded.blocks_hit, 0U);
  EXPECT_EQ(world.cache.counters().waits, 1U);
  EXPECT_EQ(stored.stored, 1U);
}

TEST(Cache, WritesAKeyOnceThatTwoRequestsStoreAtATime) {
  World world({.storage = 100});
  const std::vector<kv::BlockKey> same = keys(0, 20);
  StoreOutcome first;
  StoreOutcome second;
  world.loop.run(
      async::with_group(world.loop, world.stop, [&](async::Group& group) -> async::Task<> {
        group.spawn(world.store_into(first, same));
        group.spawn(world.store_into(second, same));
        co_return;
      }));
  EXPECT_EQ(first.stored, 20U);
  EXPECT_EQ(second.present, 20U);
  EXPECT_EQ(world.devices[TierId::storage].writes(), 20U);
  EXPECT_EQ(world.index->usage(TierId::storage).used, 20 * kBlock);
  world.expect_settled();
}

TEST(Cache, StoresItselfWhatAnotherRequestFailedToStore) {
  World world({.storage = 100});
  int failures = 5;
  world.devices[TierId::storage].fail_write = [&](auto&) {
    return failures-- > 0 ? std::optional(stats::ErrorClass::no_space) : std::nullopt;
  };
  const std::vector<kv::BlockKey> same = keys(0, 5);
  StoreOutcome first;
  StoreOutcome second;
  world.loop.run(
      async::with_group(world.loop, world.stop, [&](async::Group& group) -> async::Task<> {
        group.spawn(world.store_into(first, same));
        group.spawn(world.store_into(second, same));
        co_return;
      }));
  EXPECT_EQ(first.failed, 5U);
  EXPECT_EQ(second.stored, 5U);
  EXPECT_EQ(world.cache.counters().not_stored, 5U);
  EXPECT_EQ(world.counters(TierId::storage).write.failed(), 5U);
  EXPECT_EQ(world.counters(TierId::storage).write_error_texts.at(3), "no write, as told");
  world.expect_settled();
}

TEST(Cache, AFailedReadIsNoHitHasNoLatencyAndEndsThePrefix) {
  World world({.storage = 100});
  world.store(keys(0, 10));
  world.devices[TierId::storage].fail_read = [](const tier::BlockMove& move) {
    return move.key == key(4) ? std::optional(stats::ErrorClass::short_transfer) : std::nullopt;
  };
  const LoadOutcome loaded = world.load(keys(0, 10));
  EXPECT_EQ(loaded.blocks_hit, 4U);
  EXPECT_EQ(loaded.failed, 1U);
  const TierCounters& storage = world.counters(TierId::storage);
  EXPECT_EQ(storage.read.operations, 9U);
  EXPECT_EQ(storage.read.latency.count(), 9U);
  EXPECT_EQ(storage.read.errors.at(1), 1U);
  EXPECT_EQ(storage.evictions, 1U);
  EXPECT_EQ(world.where(key(4)), std::nullopt);
  EXPECT_EQ(world.where(key(5)), TierId::storage);
  world.expect_settled();
}

TEST(Cache, KeepsAnUnreadableBlockAsLongAsAnotherRequestReadsIt) {
  World world({.storage = 100});
  world.store(keys(0, 1));
  const kv::BlockKey block = key(0);
  world.devices[TierId::storage].fail_read = [](auto&) { return stats::ErrorClass::io_error; };
  {
    Match other(*world.index);
    world.index->match({&block, 1}, other.pins());
    EXPECT_EQ(world.load(keys(0, 1)).failed, 1U);
    EXPECT_EQ(world.index->usage(TierId::storage).blocks, 1U);
  }
  EXPECT_EQ(world.load(keys(0, 1)).failed, 1U);
  EXPECT_EQ(world.index->usage(TierId::storage).blocks, 0U);
  world.expect_settled();
}

TEST(Cache, FindsAFlippedBitAndDropsTheBlock) {
  const kv::BlockContent content(42);
  World world({.storage = 100}, {.verify = kv::Verify::all}, &content);
  world.store(keys(0, 10));
  EXPECT_EQ(world.load(keys(0, 10)).blocks_hit, 10U);
  world.devices[TierId::storage].flip_a_bit(key(7));
  const LoadOutcome loaded = world.load(keys(0, 10));
  EXPECT_EQ(loaded.blocks_hit, 7U);
  EXPECT_EQ(loaded.failed, 1U);
  EXPECT_EQ(world.cache.counters().blocks_verified, 20U);
  EXPECT_EQ(world.cache.counters().blocks_corrupted, 1U);
  EXPECT_EQ(world.counters(TierId::storage).read.errors.at(2), 1U);
  EXPECT_EQ(world.where(key(7)), std::nullopt);
  world.expect_settled();
}

TEST(Cache, BringsUpAHitFromBelowWhenToldTo) {
  World world({.cpu = 10, .storage = 100}, {.promote = true});
  world.store_each(keys(0, 20));  // 0 to 11 have gone down
  EXPECT_EQ(world.where(key(0)), TierId::storage);
  const LoadOutcome loaded = world.load(keys(0, 3));
  EXPECT_EQ(loaded.hits[TierId::storage], 3U);
  EXPECT_THAT(world.lying_in(TierId::cpu, 0, 20), ElementsAre(0, 1, 2, 15, 16, 17, 18, 19));
  EXPECT_EQ(world.counters(TierId::cpu).promotions, 3U);
  EXPECT_EQ(world.counters(TierId::cpu).promoted_bytes, 3 * kBlock.count());
  world.expect_settled();
}

TEST(Cache, LeavesABlockBelowWhosePromotionFails) {
  World world({.cpu = 10, .storage = 100}, {.promote = true});
  world.store_each(keys(0, 20));
  world.devices[TierId::cpu].fail_write = [](auto&) { return stats::ErrorClass::io_error; };
  EXPECT_EQ(world.load(keys(0, 1)).blocks_hit, 1U);
  EXPECT_EQ(world.where(key(0)), TierId::storage);
  EXPECT_EQ(world.counters(TierId::cpu).promotions, 0U);
  EXPECT_EQ(world.counters(TierId::cpu).write.failed(), 1U);
  world.expect_settled();
}

TEST(Cache, DoesNotBringUpUnasked) {
  World world({.cpu = 10, .storage = 100});
  world.store_each(keys(0, 20));
  world.load(keys(0, 3));
  EXPECT_EQ(world.where(key(0)), TierId::storage);
}

TEST(Cache, WritesToStorageWhatIsStoredThereAndWhatComesDown) {
  World world({.gpu = 5, .cpu = 10, .storage = 40}, {.promote = true});
  for (std::uint64_t round = 0; round < 5; ++round) {
    world.store(keys(round * 30, 30));
    world.cache.touch(keys(round * 30, 30));
    world.load(keys(round * 30, 30));
  }
  for (const TierId tier : kAllTiers) {
    const TierCounters& counted = world.counters(tier);
    EXPECT_EQ(counted.write.operations, counted.stores + counted.demotions_in + counted.promotions);
    EXPECT_EQ(counted.write.bytes,
              counted.stored_bytes + counted.demoted_in_bytes + counted.promoted_bytes);
    EXPECT_EQ(counted.write.operations, world.devices[tier].writes());
    EXPECT_EQ(counted.read.operations, world.devices[tier].reads());
  }
  const TierCounters& storage = world.counters(TierId::storage);
  EXPECT_GT(storage.demotions_in, 0U);
  EXPECT_EQ(storage.promotions, 0U);
  EXPECT_EQ(storage.demoted_in_bytes, world.counters(TierId::cpu).demoted_bytes);
  world.expect_settled();
}

TEST(Cache, EndsWhenARequestIsLargerThanAllTiersTogether) {
  World world({.gpu = 4, .cpu = 6, .storage = 10});
  const StoreOutcome outcome = world.store(keys(0, 1000));
  EXPECT_EQ(outcome.stored + outcome.not_stored, 1000U);
  EXPECT_LE(world.counters(TierId::storage).evictions, 1000U);
  EXPECT_LE(world.devices[TierId::storage].writes(), 1000U);
  world.expect_settled();
}

TEST(Cache, StoresNothingWhereABlockIsLargerThanEveryTier) {
  World world({.cpu = 4, .storage = 10});
  const StoreOutcome outcome = world.store(keys(0, 3), 11 * kBlock);
  EXPECT_EQ(outcome.not_stored, 3U);
  EXPECT_EQ(world.cache.counters().not_stored, 3U);
  EXPECT_EQ(world.counters(TierId::storage).bypasses, 0U);
  world.expect_settled();
}

TEST(Cache, StoresNothingWithoutTiers) {
  World world({});
  EXPECT_EQ(world.store(keys(0, 3)).not_stored, 3U);
  EXPECT_EQ(world.load(keys(0, 3)).blocks_hit, 0U);
}

TEST(Cache, BeginsNothingOnceStopped) {
  World world({.storage = 1000});
  world.store(keys(0, 200));
  world.stop.request();
  const StoreOutcome stored = world.store(keys(500, 100));
  EXPECT_TRUE(stored.stopped);
  EXPECT_EQ(stored.stored, 0U);
  const LoadOutcome loaded = world.load(keys(0, 200));
  EXPECT_EQ(loaded.blocks_hit, 0U);
  world.expect_settled();
}

TEST(Cache, FinishesWhatIsInFlightWhenStoppedMeanwhile) {
  World world({.storage = 1000});
  const std::vector<kv::BlockKey> many = keys(0, 500);
  StoreOutcome stored;
  world.loop.run(
      async::with_group(world.loop, world.stop, [&](async::Group& group) -> async::Task<> {
        group.spawn(world.store_into(stored, many));
        co_await world.loop.sleep_for(250us, world.stop);  // in the second pair of windows
        world.stop.request();
      }));
  EXPECT_TRUE(stored.stopped);
  EXPECT_EQ(stored.stored, 256U);
  world.expect_settled();
}

TEST(Cache, SaysThatALoadWasStoppedHalfWay) {
  World world({.storage = 1000});
  world.store(keys(0, 500));
  const std::vector<kv::BlockKey> many = keys(0, 500);
  LoadOutcome loaded;
  world.loop.run(
      async::with_group(world.loop, world.stop, [&](async::Group& group) -> async::Task<> {
        group.spawn(world.load_into(loaded, many));
        co_await world.loop.sleep_for(50us, world.stop);
        world.stop.request();
      }));
  EXPECT_TRUE(loaded.stopped);
  EXPECT_EQ(loaded.blocks_hit, 128U);
  world.expect_settled();
}

TEST(Cache, DropsBlocksFromWhicheverTierHoldsThem) {
  World world({.gpu = 5, .cpu = 5, .storage = 20});
  world.store_each(keys(0, 12));  // gpu has 8 to 11, cpu 4 to 7, storage 0 to 3
  const std::uint64_t demoted = world.counters(TierId::gpu).demotions;
  EXPECT_EQ(world.drop({key(0), key(5), key(9), key(99)}), 3U);
  for (const std::uint64_t n : {0U, 5U, 9U}) EXPECT_EQ(world.where(key(n)), std::nullopt);
  for (const TierId tier : kAllTiers) {
    EXPECT_EQ(world.index->usage(tier).used, 3 * kBlock);
    EXPECT_EQ(world.counters(tier).evictions, 1U);
    EXPECT_EQ(world.counters(tier).evicted_bytes, kBlock.count());
  }
  EXPECT_EQ(world.counters(TierId::gpu).demotions, demoted);
  EXPECT_EQ(world.load({key(0)}).blocks_hit, 0U);
  EXPECT_EQ(world.store({key(0)}).stored, 1U);
  world.expect_settled();
}

TEST(Cache, DropsManyBlocksByTheWindow) {
  World world({.storage = 500}, {.blocks_in_flight = 32});
  world.store(keys(0, 400));
  EXPECT_EQ(world.drop(keys(0, 300)), 300U);
  EXPECT_EQ(world.blocks(TierId::storage), 100U);
  world.expect_settled();
}

// Its bytes are under a reader's hands until the read has ended.
TEST(Cache, DropsABlockOnceNobodyReadsIt) {
  World world({.storage = 20});
  const std::vector<kv::BlockKey> both = keys(0, 2);
  world.store(both);
  std::size_t dropped = 0;
  world.loop.run(
      async::with_group(world.loop, world.stop, [&](async::Group& group) -> async::Task<> {
        Match match = co_await world.cache.match(std::span(both).first(1), world.stop);
        group.spawn(world.drop_into(dropped, both));
        co_await world.loop.sleep_for(1ms, world.stop);
        EXPECT_EQ(world.where(key(0)), TierId::storage);
        EXPECT_EQ(world.where(key(1)), std::nullopt);
        const LoadOutcome loaded = co_await world.cache.load(std::move(match), world.stop);
        EXPECT_EQ(loaded.blocks_hit, 1U);
        co_await world.loop.sleep_for(1ms, world.stop);
      }));
  EXPECT_EQ(dropped, 2U);
  EXPECT_EQ(world.where(key(0)), std::nullopt);
  EXPECT_EQ(world.cache.counters().waits, 1U);
  world.expect_settled();
}

TEST(Cache, DropsABlockOnceItIsStored) {
  World world({.storage = 20});
  const std::vector<kv::BlockKey> all = keys(0, 3);
  StoreOutcome stored;
  std::size_t dropped = 0;
  world.loop.run(
      async::with_group(world.loop, world.stop, [&](async::Group& group) -> async::Task<> {
        group.spawn(world.store_into(stored, all));
        co_await world.loop.sleep_for(50us, world.stop);  // of the 200 that a write takes
        dropped = co_await world.cache.drop(all, world.stop);
      }));
  EXPECT_EQ(stored.stored, 3U);
  EXPECT_EQ(dropped, 3U);
  EXPECT_EQ(world.blocks(TierId::storage), 0U);
  world.expect_settled();
}

TEST(Cache, DropsNothingOnceStopped) {
  World world({.storage = 20});
  world.store(keys(0, 3));
  world.stop.request();
  EXPECT_EQ(world.drop(keys(0, 3)), 0U);
  EXPECT_EQ(world.blocks(TierId::storage), 3U);
}

TEST(Cache, CountsAfreshAfterTheCountersWereTaken) {
  World world({.storage = 100});
  world.store(keys(0, 10));
  EXPECT_EQ(world.cache.take_counters().tiers[TierId::storage].stores, 10U);
  EXPECT_EQ(world.cache.counters().tiers[TierId::storage].stores, 0U);
  world.load(keys(0, 10));
  EXPECT_EQ(world.cache.take_counters().tiers[TierId::storage].read.operations, 10U);
}

}  // namespace
}  // namespace spillway::cache
