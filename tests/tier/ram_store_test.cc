// SPDX-License-Identifier: Apache-2.0
#include "tier/ram_store.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/tier/real_loop.h"
#include "tier/slab_room.h"

namespace spillway::tier {
namespace {

constexpr Bytes kSize = 1'100'000_B;  // neither whole pages nor whole slices

// Runs `body(loop)`, a coroutine, on the machine's clock.
template <typename Body>
void run(const Body& body) {
  async::RealClock clock;
  async::Loop loop(clock);
  loop.run(body(loop));
}

void expect_round_trip(async::Pool* pool) {
  const RamArena arena(8_MiB);
  SlabRoom room(arena.capacity(), {});
  Blocks blocks(room, 5, kSize);
  run([&](async::Loop& loop) -> async::Task<> {
    RamStore store(loop, arena, pool);
    co_await store.write(blocks.moves());
    co_await store.read(blocks.moves());
    EXPECT_FALSE(store.modelled());
  });
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(blocks.sink(i).checked(), padded(kSize));
    EXPECT_EQ(blocks.sink(i).corrupted_at(), std::nullopt);
    EXPECT_FALSE(blocks.moves()[i].error);
    EXPECT_GT(blocks.moves()[i].latency, Duration{});
    EXPECT_LE(blocks.moves()[i].queue_wait, blocks.moves()[i].latency);
  }
}

TEST(RamStore, KeepsBlocksOnTheLoop) { expect_round_trip(nullptr); }

TEST(RamStore, KeepsBlocksWithAPool) {
  async::Pool pool("ram", 2);
  expect_round_trip(&pool);
}

TEST(RamStore, LetsOthersRunBetweenSlices) {
  const RamArena arena(8_MiB);
  SlabRoom room(arena.capacity(), {});
  Blocks blocks(room, 1, 4_MiB);
  int turns = 0;
  bool done = false;
  async::VirtualClock clock;
  async::Loop loop(clock);
  const auto writer = [&]() -> async::Task<> {
    RamStore store(loop, arena);
    co_await store.write(blocks.moves());
    done = true;
  };
  const auto other = [&]() -> async::Task<> {
    while (!done) {
      ++turns;
      co_await loop.yield();
    }
  };
  std::vector<async::Task<>> roots;
  roots.push_back(writer());
  roots.push_back(other());
  loop.run(std::move(roots));
  EXPECT_GE(turns, 16);  // 4 MiB in slices of 256 KiB
}

TEST(RamStore, MemoryIsTheBlockItself) {
  const RamArena arena(1_MiB);
  SlabRoom room(arena.capacity(), {});
  Blocks blocks(room, 2, 10'000_B);
  const BlockMove& second = blocks.moves()[1];
  run([&](async::Loop& loop) -> async::Task<> {
    RamStore store(loop, arena);
    co_await store.write(blocks.moves());
    const std::span<std::byte> memory = store.memory(second.placement, second.size);
    EXPECT_EQ(memory.size(), 12'288U);
    EXPECT_EQ(kContent.find_corruption(second.key, Bytes(0), memory), std::nullopt);
  });
}

// From a tier with memory into this one and out again: what demotion and promotion do.
TEST(RamStore, CopiesFromAndIntoMemoryOfOthers) {
  const RamArena arena(1_MiB);
  std::vector<std::byte> theirs((292_KiB).count());
  kContent.fill(key_number(0), Bytes(0), theirs);
  std::vector<std::byte> back(theirs.size());
  run([&](async::Loop& loop) -> async::Task<> {
    RamStore store(loop, arena);
    MemorySource source(theirs);
    MemorySink sink(back);
    BlockMove move{.key = key_number(0),
                   .placement = {.offset = 8'192},
                   .size = Bytes(theirs.size()),
                   .source = &source,
                   .sink = &sink};
    co_await store.write({&move, 1});
    co_await store.read({&move, 1});
    BlockMove nowhere{.key = key_number(0), .placement = {.offset = 8'192}, .size = move.size};
    co_await store.read({&nowhere, 1});
    EXPECT_FALSE(nowhere.error);
  });
  EXPECT_TRUE(std::ranges::equal(theirs, back));
}

TEST(RamStoreDeathTest, AbortsOutsideOfItsArena) {
  const RamArena arena(1_MiB);
  EXPECT_DEATH((void)arena.block({.offset = 1'044'480}, 8_KiB), "inside its arena");
}

}  // namespace
}  // namespace spillway::tier
