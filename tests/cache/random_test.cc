// Thousands of random operations of several requests at a time, with failures: everything adds up
// after each of them, in virtual time and on the threads of two shards.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>

#include "async/shard.h"
#include "tests/cache/world.h"

namespace spillway::cache {
namespace {

using namespace std::chrono_literals;

// Blocks have one to three units, by their number, so that rooms become scattered.
constexpr std::uint64_t kKeys = 400;
constexpr std::uint64_t kSameSize = 40;
Bytes size_of(std::uint64_t n) { return kBlock * (1 + n / kSameSize % 3); }

// Fails one in `n`, the same ones in every run of one thread.
std::function<ScriptedDevice::Failure(const tier::BlockMove&)> one_in(std::uint64_t n) {
  return [n, random = std::mt19937_64(n)](const tier::BlockMove&) mutable {
    const std::uint64_t draw = random();
    if (draw % n != 0) return ScriptedDevice::Failure{};
    return ScriptedDevice::Failure(draw % (2 * n) == 0 ? stats::ErrorClass::io_error
                                                       : stats::ErrorClass::no_space);
  };
}

struct Users {
  Tiers& tiers;
  Cache& cache;
  async::Stop& stop;
  int operations;
  std::uint64_t hits = 0;
  std::uint64_t drops = 0;

  async::Task<> act(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (int i = 0; i < operations; ++i) {
      const std::uint64_t first = random() % kKeys;
      const std::uint64_t count = 1 + random() % (kSameSize - first % kSameSize);
      const std::vector<kv::BlockKey> some = keys(first, count);
      switch (random() % 9) {
        case 0:
        case 1: {
          Match match = co_await cache.match(some, stop);
          const std::size_t matched = match.blocks();
          const LoadOutcome outcome = co_await cache.load(std::move(match), stop);
          EXPECT_LE(outcome.blocks_hit + outcome.failed, matched);
          hits += outcome.blocks_hit;
          break;
        }
        case 2:
        case 3:
          cache.touch(some);
          break;
        case 4: {
          const std::size_t dropped = co_await cache.drop(some, stop);
          EXPECT_LE(dropped, count);
          drops += dropped;
          break;
        }
        default: {
          const StoreOutcome outcome = co_await cache.store(some, size_of(first), stop);
          EXPECT_EQ(outcome.stored + outcome.present + outcome.not_stored + outcome.failed, count);
        }
      }
      EXPECT_EQ(tiers.index->find_inconsistency(), "");
    }
  }
};

void check_sums(const CacheCounters& counters, Tiers& tiers) {
  std::uint64_t arrived = 0;
  std::uint64_t left = 0;
  for (const TierId tier : kAllTiers) {
    const TierCounters& counted = counters.tiers[tier];
    EXPECT_EQ(counted.write.operations, counted.stores + counted.demotions_in + counted.promotions);
    EXPECT_EQ(counted.write.operations, counted.write.latency.count());
    EXPECT_EQ(counted.write.bytes,
              counted.stored_bytes + counted.demoted_in_bytes + counted.promoted_bytes);
    EXPECT_EQ(counted.write.operations + counted.write.failed(), tiers.devices[tier].writes());
    EXPECT_EQ(counted.read.operations + counted.read.failed(), tiers.devices[tier].reads());
    arrived += counted.stores;
    left += counted.evictions;
  }
  std::uint64_t there = 0;
  for (const TierId tier : kAllTiers) there += tiers.blocks(tier);
  EXPECT_EQ(arrived, left + there);
}

struct Case {
  Blocks blocks;
  bool promote = false;
  std::string_view policy = "waterfall-lru";
};

class RandomOperations : public testing::TestWithParam<Case> {};

TEST_P(RandomOperations, AddUpAfterEachOfThem) {
  World world(GetParam().blocks, {.promote = GetParam().promote, .blocks_in_flight = 24}, nullptr,
              GetParam().policy);
  for (const TierId tier : kAllTiers) {
    world.devices[tier].fail_read = one_in(50);
    world.devices[tier].fail_write = one_in(60);
  }
  Users users{.tiers = world, .cache = world.cache, .stop = world.stop, .operations = 1500};
  world.loop.run(
      async::with_group(world.loop, world.stop, [&](async::Group& group) -> async::Task<> {
        for (std::uint64_t user = 1; user <= 5; ++user) group.spawn(users.act(user));
        co_return;
      }));
  EXPECT_GT(users.hits, 1000U);
  EXPECT_GT(users.drops, 1000U);
  check_sums(world.cache.counters(), world);
  world.expect_settled();
}

INSTANTIATE_TEST_SUITE_P(
    Tiers, RandomOperations,
    testing::Values(
        Case{.blocks = {.gpu = 40, .cpu = 100, .storage = 300}, .promote = false},
        Case{.blocks = {.gpu = 40, .cpu = 100, .storage = 300}, .promote = true},
        Case{.blocks = {.gpu = 60, .cpu = 0, .storage = 200}, .promote = true},
        Case{.blocks = {.gpu = 0, .cpu = 0, .storage = 150}, .promote = false},
        Case{.blocks = {.gpu = 0, .cpu = 150, .storage = 0}, .promote = false},
        Case{.blocks = {.gpu = 4, .cpu = 6, .storage = 300}, .promote = true},
        Case{.blocks = {.gpu = 200, .cpu = 40, .storage = 30}, .promote = true},
        Case{.blocks = {.gpu = 40, .cpu = 100, .storage = 300},
             .promote = true,
             .policy = "spillover"},
        Case{.blocks = {.gpu = 4, .cpu = 6, .storage = 150}, .policy = "spillover"},
        Case{.blocks = {.gpu = 40, .cpu = 100, .storage = 300}, .promote = true, .policy = "lfu"},
        Case{.blocks = {.storage = 150}, .policy = "lfu"},
        Case{.blocks = {.gpu = 40, .cpu = 100, .storage = 300},
             .promote = true,
             .policy = "s3-fifo"},
        Case{.blocks = {.storage = 150}, .policy = "s3-fifo"},
        Case{.blocks = {.gpu = 40, .cpu = 100, .storage = 300},
             .promote = true,
             .policy = "size-aware"},
        Case{.blocks = {.storage = 150}, .policy = "size-aware"}));

TEST(RandomOperationsOfOneSeed, HaveOneHistory) {
  std::vector<Time> ends;
  for (int run = 0; run < 2; ++run) {
    World world({.gpu = 40, .cpu = 100, .storage = 300}, {.promote = true});
    Users users{.tiers = world, .cache = world.cache, .stop = world.stop, .operations = 200};
    world.loop.run(
        async::with_group(world.loop, world.stop, [&](async::Group& group) -> async::Task<> {
          for (std::uint64_t user = 1; user <= 5; ++user) group.spawn(users.act(user));
          co_return;
        }));
    ends.push_back(world.clock.now());
  }
  EXPECT_EQ(ends[0], ends[1]);
}

// Under the thread sanitizer this is the proof that the index is all that is shared.
TEST(TwoShards, ShareAnIndexOnThreadsOfTheirOwn) {
  Tiers tiers({.gpu = 40, .cpu = 100, .storage = 300}, {.promote = true});
  for (const TierId tier : kAllTiers) {
    tiers.devices[tier].fail_read = one_in(50);
    tiers.devices[tier].fail_write = one_in(60);
    tiers.devices[tier].read_latency = 5us;
    tiers.devices[tier].write_latency = 10us;
  }
  async::RealClock clock;
  std::array<CacheCounters, 2> counters;
  async::run_shards(clock, 2, [&](unsigned number, async::Loop& loop) -> async::Task<> {
    const Shard shard(tiers, loop);
    async::Stop stop;
    Users users{.tiers = tiers, .cache = *shard.cache, .stop = stop, .operations = 60};
    co_await async::with_group(loop, stop, [&](async::Group& group) -> async::Task<> {
      for (std::uint64_t user = 1; user <= 4; ++user)
        group.spawn(users.act(std::uint64_t{number} * 100 + user));
      co_return;
    });
    counters.at(number) = shard.cache->take_counters();
  });
  counters[0].merge(counters[1]);
  check_sums(counters[0], tiers);
  tiers.expect_settled();
}

TEST(TwoShards, AreLogicalOnOneThreadInVirtualTime) {
  Tiers tiers({.cpu = 10, .storage = 100});
  async::VirtualClock clock;
  std::array<StoreOutcome, 2> outcomes;
  const std::vector<kv::BlockKey> same = keys(0, 50);
  async::run_shards(clock, 2, [&](unsigned number, async::Loop& loop) -> async::Task<> {
    const Shard shard(tiers, loop);
    async::Stop stop;
    outcomes.at(number) = co_await shard.cache->store(same, kBlock, stop);
  });
  EXPECT_EQ(outcomes[0].stored, 50U);
  EXPECT_EQ(outcomes[1].present, 50U);
  tiers.expect_settled();
}

}  // namespace
}  // namespace spillway::cache
