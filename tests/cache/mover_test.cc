// SPDX-License-Identifier: Apache-2.0
#include "cache/mover.h"

#include <gtest/gtest.h>

#include "tests/cache/world.h"

namespace spillway::cache {
namespace {

using namespace std::chrono_literals;
using stats::ErrorClass;

constexpr std::size_t kIoError = static_cast<std::size_t>(ErrorClass::io_error);
constexpr std::size_t kNoSpace = static_cast<std::size_t>(ErrorClass::no_space);
constexpr std::size_t kCorrupt = static_cast<std::size_t>(ErrorClass::corrupt);

TEST(Mover, ArrivalsThatHaveAPlaceDoNotWaitForThoseWhoLeave) {
  World world({.cpu = 10, .storage = 100});
  world.store(keys(0, 8));
  const Time before = world.clock.now();
  world.store(keys(10, 1));
  EXPECT_EQ(world.clock.now() - before, 100us + 200us);  // the demotion alone
}

TEST(Mover, ArrivalsWithoutAPlaceWaitForThoseWhoLeave) {
  World world({.cpu = 10, .storage = 100}, {.headroom = 1.0});
  world.store(keys(0, 10));
  const Time before = world.clock.now();
  EXPECT_EQ(world.store(keys(10, 1)).stored_in[TierId::cpu], 1U);
  EXPECT_EQ(world.clock.now() - before, 100us + 200us + 200us);
}

TEST(Mover, CountsADemotionWhereItHappens) {
  World world({.cpu = 10, .storage = 100});
  world.store_each(keys(0, 11));
  const TierCounters& cpu = world.counters(TierId::cpu);
  const TierCounters& storage = world.counters(TierId::storage);
  EXPECT_EQ(cpu.demotions, 3U);
  EXPECT_EQ(cpu.demoted_bytes, 3 * kBlock.count());
  EXPECT_EQ(cpu.read.operations, 3U);
  EXPECT_EQ(cpu.read.latency.max(), 100'000);
  EXPECT_EQ(cpu.demotion.count(), 3U);
  EXPECT_EQ(cpu.demotion.min(), 300'000);
  EXPECT_EQ(cpu.evictions, 0U);
  EXPECT_EQ(storage.demotions_in, 3U);
  EXPECT_EQ(storage.write.operations, 3U);
  EXPECT_EQ(storage.write.bytes, storage.demoted_in_bytes);
  EXPECT_EQ(storage.stores, 0U);
}

TEST(Mover, ADemotionThatCannotBeReadLosesTheBlockAndCountsIt) {
  World world({.cpu = 10, .storage = 100});
  world.store_each(keys(0, 8));
  world.devices[TierId::cpu].fail_read = [](auto&) { return ErrorClass::io_error; };
  EXPECT_EQ(world.store(keys(10, 1)).stored, 1U);
  const TierCounters& cpu = world.counters(TierId::cpu);
  EXPECT_EQ(cpu.read.errors.at(kIoError), 1U);
  EXPECT_EQ(cpu.read_error_texts.at(kIoError), "no read, as told");
  EXPECT_EQ(cpu.evictions, 1U);
  EXPECT_EQ(cpu.evicted_bytes, kBlock.count());
  EXPECT_EQ(cpu.demotions, 0U);
  EXPECT_EQ(world.where(key(0)), std::nullopt);
  EXPECT_EQ(world.devices[TierId::storage].writes(), 0U);
  world.expect_settled();
}

TEST(Mover, ADemotionThatFindsTheDiskFullLosesTheBlockAndCountsIt) {
  World world({.cpu = 10, .storage = 100});
  world.store_each(keys(0, 8));
  world.devices[TierId::storage].fail_write = [](auto&) { return ErrorClass::no_space; };
  EXPECT_EQ(world.store(keys(10, 1)).stored, 1U);
  EXPECT_EQ(world.counters(TierId::storage).write.errors.at(kNoSpace), 1U);
  EXPECT_EQ(world.counters(TierId::storage).write.latency.count(), 0U);
  EXPECT_EQ(world.counters(TierId::cpu).evictions, 1U);
  EXPECT_EQ(world.where(key(0)), std::nullopt);
  world.expect_settled();
}

TEST(Mover, CarriesTheBytesInMemoryDownAsTheyAre) {
  const kv::BlockContent content(42);
  World world({.cpu = 10, .storage = 100}, {.verify = kv::Verify::off}, &content);
  world.devices[TierId::cpu].addressable = true;
  world.store_each(keys(0, 8));
  world.devices[TierId::cpu].flip_a_bit(key(0));
  world.store_each(keys(10, 2));  // 0 and 1 come down
  world.options.verify = kv::Verify::all;
  Shard strict(world, world.loop, &content);
  LoadOutcome loaded;
  const std::vector<kv::BlockKey> first = keys(0, 1);
  const std::vector<kv::BlockKey> second = keys(1, 1);
  world.loop.run([](World& at, Cache& cache, auto& keys, LoadOutcome& outcome) -> async::Task<> {
    Match match = co_await cache.match(keys, at.stop);
    outcome = co_await cache.load(std::move(match), at.stop);
  }(world, *strict.cache, second, loaded));
  EXPECT_EQ(loaded.hits[TierId::storage], 1U);
  world.loop.run([](World& at, Cache& cache, auto& keys, LoadOutcome& outcome) -> async::Task<> {
    Match match = co_await cache.match(keys, at.stop);
    outcome = co_await cache.load(std::move(match), at.stop);
  }(world, *strict.cache, first, loaded));
  EXPECT_EQ(loaded.failed, 1U) << "the wrong bit came down with its block";
  EXPECT_EQ(strict.cache->counters().blocks_corrupted, 1U);
}

TEST(Mover, ChecksABlockOnItsWayDownAndDoesNotPassOnAWrongOne) {
  const kv::BlockContent content(42);
  World world({.cpu = 10, .storage = 100}, {.verify = kv::Verify::all}, &content);
  world.store_each(keys(0, 8));
  world.devices[TierId::cpu].flip_a_bit(key(0));
  world.store_each(keys(10, 1));
  EXPECT_EQ(world.counters(TierId::cpu).read.errors.at(kCorrupt), 1U);
  EXPECT_EQ(world.counters(TierId::cpu).evictions, 1U);
  EXPECT_EQ(world.cache.counters().blocks_corrupted, 1U);
  EXPECT_EQ(world.where(key(0)), std::nullopt);
  world.expect_settled();
}

TEST(Mover, ReadsAllTiersSideBySide) {
  World world({.cpu = 10, .storage = 100});
  world.store_each(keys(0, 20));
  const Time before = world.clock.now();
  const LoadOutcome loaded = world.load(keys(0, 20));
  EXPECT_EQ(loaded.hits[TierId::cpu], 8U);
  EXPECT_EQ(loaded.hits[TierId::storage], 12U);
  EXPECT_EQ(world.clock.now() - before, 100us);
}

// Every other place is free: room enough, but not in one piece.
TEST(Mover, MakesRoomInOnePieceWhereItIsScattered) {
  World world({.storage = 16});
  world.store_each(keys(0, 16));
  world.devices[TierId::storage].fail_read = [](const tier::BlockMove& move) {
    return move.key.low % 2 == 0 ? std::optional(ErrorClass::io_error) : std::nullopt;
  };
  for (std::uint64_t n = 0; n < 16; n += 2) world.load(keys(n, 1));
  EXPECT_EQ(world.blocks(TierId::storage), 8U);
  EXPECT_EQ(world.store(keys(100, 1), 4 * kBlock).stored, 1U);
  EXPECT_EQ(world.where(key(100)), TierId::storage);
  EXPECT_LT(world.counters(TierId::storage).evictions, 16U);
  world.expect_settled();
}

TEST(Mover, GivesUpWhereAllThatIsInTheWayIsRead) {
  World world({.storage = 16});
  world.store_each(keys(0, 16));
  world.devices[TierId::storage].fail_read = [](const tier::BlockMove& move) {
    return move.key.low % 2 == 0 ? std::optional(ErrorClass::io_error) : std::nullopt;
  };
  for (std::uint64_t n = 0; n < 16; n += 2) world.load(keys(n, 1));
  Match match(*world.index);
  for (std::uint64_t n = 1; n < 16; n += 2) world.index->match(keys(n, 1), match.pins());
  EXPECT_EQ(world.store(keys(100, 1), 4 * kBlock).not_stored, 1U);
  EXPECT_EQ(world.counters(TierId::storage).bypasses, 1U);
  EXPECT_EQ(world.counters(TierId::storage).write.failed(), 0U);
  match.release();
  world.expect_settled();
}

}  // namespace
}  // namespace spillway::cache
