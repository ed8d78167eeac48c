// SPDX-License-Identifier: Apache-2.0
#include "serve/block_manager.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "tests/serve/managed_world.h"

namespace spillway::serve {
namespace {

using async::Stop;
using async::Task;
using std::chrono_literals::operator""ms;
using Keys = std::vector<kv::BlockKey>;

Keys keys(std::uint64_t first, std::uint64_t count) {
  Keys all;
  for (std::uint64_t n = first; n < first + count; ++n) all.push_back({.high = 7, .low = n});
  return all;
}

// What a request for these gets, and offers afterwards, as an engine does.
Task<Onboarded> ask(BlockManager& manager, const Keys& asked, Stop& stop) {
  FoundPrefix found = co_await manager.find(asked, stop);
  const Onboarded got = co_await manager.load(std::move(found), stop, 1);
  manager.offer(asked, true, 1);
  co_await manager.drain(stop);
  co_return got;
}

TEST(BlockManagerTest, WhatWasOfferedIsFoundInTheHost) {
  ManagedWorld world({.host_blocks = 8});
  world.run([&](Stop& stop) -> Task<> {
    const Onboarded first = co_await ask(*world.manager, keys(1, 4), stop);
    EXPECT_EQ(first.blocks, 0U);
    const Time before = world.loop.now();
    FoundPrefix found = co_await world.manager->find(keys(1, 4), stop);
    EXPECT_EQ(found.blocks(), 4U);
    const Onboarded second = co_await world.manager->load(std::move(found), stop, 2);
    EXPECT_EQ(second.blocks, 4U);
    EXPECT_EQ(second.hits[TierId::cpu], 4U);
    EXPECT_EQ(world.loop.now() - before, 1ms);
  });
  const EngineFigures figures = world.figures();
  EXPECT_EQ(figures.moves, (BlockMoves{.offload_d2h = 4, .onboard_h2d = 4}));
  EXPECT_EQ(figures.blocks_asked[TierId::cpu], 8U);
  EXPECT_EQ(figures.blocks_asked[TierId::storage], 0U);
  EXPECT_EQ(figures.blocks_hit[TierId::cpu], 4U);
  EXPECT_EQ(figures.used_blocks[TierId::cpu], 4U);
  EXPECT_EQ(figures.capacity_blocks[TierId::cpu], 8U);
}

// 4 blocks fit into the host, and a fifth pushes the tail of the first request out of it.
TEST(BlockManagerTest, WriteThroughKeepsOnDiskWhatTheHostLost) {
  ManagedWorld world({.host_blocks = 4, .disk_blocks = 16});
  world.run([&](Stop& stop) -> Task<> {
    co_await ask(*world.manager, keys(1, 4), stop);
    co_await ask(*world.manager, keys(11, 2), stop);
    EXPECT_EQ(world.tiers.host_index->where(keys(2, 1)[0]), TierId::cpu);
    EXPECT_EQ(world.tiers.host_index->where(keys(3, 1)[0]), std::nullopt);
    const Onboarded got = co_await ask(*world.manager, keys(1, 4), stop);
    EXPECT_EQ(got.blocks, 4U);
    EXPECT_EQ(got.hits[TierId::cpu], 2U);
    EXPECT_EQ(got.hits[TierId::storage], 2U);
  });
  const EngineFigures figures = world.figures();
  EXPECT_EQ(figures.moves.offload_h2d, 6U);
  EXPECT_EQ(figures.moves.onboard_h2d, 2U);
  EXPECT_EQ(figures.moves.onboard_d2d, 2U);
  EXPECT_EQ(figures.disk_bytes_written, 6 * kBlock.count());
  EXPECT_EQ(figures.disk_bytes_read, 2 * kBlock.count());
  EXPECT_EQ(figures.disk_fetch.count(), 1U);
  EXPECT_EQ(figures.disk_fetch.max(), 5'000'000);
  EXPECT_EQ(figures.blocks_asked[TierId::storage], 4U + 2U + 2U);
}

// Blocks 1 and 3 in the host, 2 on disk only: the prefix goes on from tier to tier.
TEST(BlockManagerTest, APrefixIsFollowedFromTierToTier) {
  ManagedWorld world({.host_blocks = 4, .disk_blocks = 16});
  world.run([&](Stop& stop) -> Task<> {
    co_await ask(*world.manager, keys(1, 3), stop);
    co_await world.tiers.host->drop(keys(2, 1), stop);
    FoundPrefix found = co_await world.manager->find(keys(1, 4), stop);
    EXPECT_EQ(found.blocks(), 3U);
    const Onboarded got = co_await world.manager->load(std::move(found), stop, 2);
    EXPECT_EQ(got.hits[TierId::cpu], 2U);
    EXPECT_EQ(got.hits[TierId::storage], 1U);
  });
}

TEST(BlockManagerTest, TheFilterKeepsWhatIsAskedForOnceOffTheDisk) {
  ManagedWorld world({.host_blocks = 8, .disk_blocks = 8, .threshold = 2});
  world.run([&](Stop& stop) -> Task<> {
    co_await ask(*world.manager, keys(1, 2), stop);
    EXPECT_EQ(world.figures().moves.offload_h2d, 0U);
    EXPECT_EQ(world.figures().filtered_blocks, 2U);
    co_await ask(*world.manager, keys(1, 2), stop);
    EXPECT_EQ(world.figures().moves.offload_h2d, 2U);
  });
}

// The shape of the replay scenario at 1:64: 16 sessions of 2 turns, then 96 others, then the first
// again. The disk holds 32 GB where the others need 43.
std::uint64_t disk_hits_of_replay(std::uint32_t threshold) {
  constexpr std::uint64_t kSession = 7;  // blocks: 3,500 tokens of 128 KiB, in blocks of 64 MiB
  ManagedWorld world({.host_blocks = 128, .disk_blocks = 512, .threshold = threshold});
  std::uint64_t hits = 0;
  world.run([&](Stop& stop) -> Task<> {
    for (std::uint64_t session = 0; session < 16; ++session) {
      for (int turn = 0; turn < 2; ++turn) {
        co_await ask(*world.manager, keys(1000 * session, kSession), stop);
      }
    }
    for (std::uint64_t session = 100; session < 196; ++session) {
      co_await ask(*world.manager, keys(1000 * session, kSession), stop);
    }
    for (std::uint64_t session = 0; session < 16; ++session) {
      const Onboarded got = co_await ask(*world.manager, keys(1000 * session, kSession), stop);
      hits += got.hits[TierId::storage];
    }
  });
  return hits;
}

TEST(BlockManagerTest, TheFilterDecidesWhetherAReplayReadsTheDisk) {
  EXPECT_EQ(disk_hits_of_replay(2), 16U * 7U);
  EXPECT_EQ(disk_hits_of_replay(0), 0U);
}

TEST(BlockManagerTest, WriteOnEvictWritesWhatLeavesTheHost) {
  ManagedWorld world({.host_blocks = 4, .disk_blocks = 16, .write_on_evict = true});
  world.run([&](Stop& stop) -> Task<> {
    co_await ask(*world.manager, keys(1, 4), stop);
    EXPECT_EQ(world.figures().disk_bytes_written, 0U);
    co_await ask(*world.manager, keys(11, 2), stop);
    EXPECT_EQ(world.figures().moves.offload_h2d, 2U);
    const Onboarded got = co_await ask(*world.manager, keys(1, 4), stop);
    EXPECT_EQ(got.hits[TierId::cpu], 2U);
    EXPECT_EQ(got.hits[TierId::storage], 2U);
  });
  EXPECT_EQ(world.figures().disk_bytes_written, 2 * kBlock.count());
  EXPECT_EQ(world.figures().capacity_blocks[TierId::storage], 16U);
}

TEST(BlockManagerTest, TheFilterHoldsForWhatIsEvictedToo) {
  ManagedWorld world({.host_blocks = 4, .disk_blocks = 16, .write_on_evict = true, .threshold = 2});
  world.run([&](Stop& stop) -> Task<> {
    co_await ask(*world.manager, keys(1, 2), stop);
    co_await ask(*world.manager, keys(1, 2), stop);
    co_await ask(*world.manager, keys(11, 2), stop);
    co_await ask(*world.manager, keys(21, 4), stop);  // all others leave
  });
  EXPECT_EQ(world.figures().moves.offload_h2d, 2U);
  EXPECT_EQ(world.tiers.host_index->where(keys(1, 1)[0]), TierId::storage);
  EXPECT_EQ(world.tiers.host_index->where(keys(11, 1)[0]), std::nullopt);
}

TEST(BlockManagerTest, AFullQueueDropsWhatIsOfferedLast) {
  ManagedWorld world({.host_blocks = 8, .queued_blocks = 3});
  world.run([&](Stop&) -> Task<> {
    world.manager->offer(keys(1, 2), true, 1);
    world.manager->offer(keys(11, 2), true, 2);
    co_return;
  });
  EXPECT_EQ(world.figures().dropped_blocks, 1U);
  EXPECT_EQ(world.figures().moves.offload_d2h, 3U);
}

TEST(BlockManagerTest, AResetEmptiesAllTiersAndTheFilter) {
  ManagedWorld world({.host_blocks = 8, .disk_blocks = 8, .threshold = 2});
  world.run([&](Stop& stop) -> Task<> {
    co_await ask(*world.manager, keys(1, 2), stop);
    co_await ask(*world.manager, keys(1, 2), stop);
    co_await world.manager->reset(stop);
    EXPECT_EQ(world.figures().used_blocks[TierId::cpu], 0U);
    EXPECT_EQ(world.figures().used_blocks[TierId::storage], 0U);
    FoundPrefix found = co_await world.manager->find(keys(1, 2), stop);
    EXPECT_EQ(found.blocks(), 0U);
    EXPECT_FALSE(world.filter.admits(keys(1, 1)[0]));
  });
}

}  // namespace
}  // namespace spillway::serve
