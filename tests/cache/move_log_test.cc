// SPDX-License-Identifier: Apache-2.0
#include "cache/move_log.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/cache/world.h"

namespace spillway::cache {
namespace {

using testing::Test;

class Listing final : public MoveLog {
 public:
  void add(const Move& move) override { moves.push_back(move); }

  // "read 3 gpu room": kind, key, tier, purpose; what is not one of them is tested by itself.
  std::vector<std::string> lines() const {
    constexpr std::array<const char*, 3> kKinds = {"read", "write", "removal"};
    constexpr std::array<const char*, 3> kPurposes = {"store", "use", "room"};
    std::vector<std::string> all;
    for (const Move& move : moves) {
      all.push_back(std::string(kKinds.at(static_cast<std::size_t>(move.kind))) + " " +
                    std::to_string(move.key.low) + " " + name_of(move.tier) + " " +
                    kPurposes.at(static_cast<std::size_t>(move.purpose)));
    }
    return all;
  }

  std::vector<Move> moves;
};

using Lines = std::vector<std::string>;

class MoveLogTest : public Test {
 protected:
  CacheOptions options(double headroom = 1, bool promote = false) {
    return {.headroom = headroom, .promote = promote, .moves = &log};
  }
  Listing log;
};

TEST_F(MoveLogTest, IsToldOfStoresAndOfReads) {
  World world({.storage = 4}, options());
  world.store(keys(1, 2));
  world.load(keys(1, 2));
  EXPECT_EQ(log.lines(), (Lines{"write 1 storage store", "write 2 storage store",
                                "read 1 storage use", "read 2 storage use"}));
  EXPECT_EQ(log.moves.front().size, kBlock);
}

TEST_F(MoveLogTest, ADemotionIsAReadAndAWriteBeforeTheWriteThatItMakesRoomFor) {
  World world({.gpu = 2, .storage = 4}, options());
  world.store_each(keys(0, 3));
  EXPECT_EQ(log.lines(),
            (Lines{"write 0 gpu store", "write 1 gpu store", "read 0 gpu room",
                   "write 0 storage room", "removal 0 gpu room", "write 2 gpu store"}));
}

TEST_F(MoveLogTest, IsToldWhatLeavesTheLastTier) {
  World world({.storage = 1}, options());
  world.store_each(keys(1, 2));
  EXPECT_EQ(log.lines(),
            (Lines{"write 1 storage store", "removal 1 storage room", "write 2 storage store"}));
}

TEST_F(MoveLogTest, APromotionIsAWriteAboveAndARemovalBelow) {
  World world({.gpu = 2, .storage = 4}, options(1, true));
  world.store_each(keys(0, 3));  // 0 goes down
  log.moves.clear();
  world.load(keys(0, 1));
  EXPECT_EQ(log.lines(), (Lines{"read 0 storage use", "read 1 gpu room", "write 1 storage room",
                                "removal 1 gpu room", "write 0 gpu use", "removal 0 storage use"}));
}

TEST_F(MoveLogTest, WhatFailedIsRemovedAgain) {
  World world({.gpu = 2, .storage = 4}, options());
  world.store_each(keys(0, 2));
  log.moves.clear();
  world.devices[TierId::storage].fail_write = [](const tier::BlockMove&) {
    return std::optional(stats::ErrorClass::no_space);
  };
  world.store_each(keys(2, 1));
  EXPECT_EQ(log.lines(), (Lines{"read 0 gpu room", "write 0 storage room", "removal 0 gpu room",
                                "removal 0 storage room", "write 2 gpu store"}));
  log.moves.clear();
  world.devices[TierId::gpu].fail_read = [](const tier::BlockMove&) {
    return std::optional(stats::ErrorClass::io_error);
  };
  world.load(keys(2, 1));
  EXPECT_EQ(log.lines(), (Lines{"read 2 gpu use", "removal 2 gpu room"}));
}

TEST_F(MoveLogTest, EveryRowNamesItsCause) {
  World world({.gpu = 2, .storage = 4}, options());
  world.store_each(keys(0, 2));
  const std::vector<kv::BlockKey> two = keys(2, 1);
  world.loop.run(
      [](Cache& cache, std::span<const kv::BlockKey> what, async::Stop& stop) -> async::Task<> {
        co_await cache.store(what, kBlock, stop, {.request = 17, .user = 3});
        Match match = co_await cache.match(what, stop);
        co_await cache.load(std::move(match), stop, {.request = 18, .user = 4});
      }(world.cache, two, world.stop));
  EXPECT_FALSE(log.moves.front().cause.request.has_value()) << "nobody asked for it";
  EXPECT_EQ(log.moves.size(), 7U);
  for (std::size_t i = 2; i + 1 < log.moves.size(); ++i) {
    EXPECT_EQ(log.moves[i].cause.request, 17U) << "demotions have the cause of the store";
    EXPECT_EQ(log.moves[i].cause.user, 3U);
  }
  EXPECT_EQ(log.moves.back().cause.request, 18U);
}

}  // namespace
}  // namespace spillway::cache
