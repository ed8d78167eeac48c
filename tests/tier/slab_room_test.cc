// SPDX-License-Identifier: Apache-2.0
#include "tier/slab_room.h"

#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "core/random.h"
#include "core/size_text.h"
#include "tests/tier/reserved.h"

namespace spillway::tier {
namespace {

constexpr kv::BlockKey kKey{.high = 1, .low = 2};

TEST(SlabRoom, HoldsAsManyExpectedBlocksAsFit) {
  const std::vector<Bytes> sizes = {68_KiB};
  SlabRoom room(1_MiB, sizes);
  std::vector<Placement> places;
  while (const auto place = room.reserve(kKey, 68_KiB)) places.push_back(*place);
  EXPECT_EQ(places.size(), 15U);  // 1,024 / 68
  EXPECT_EQ(room.used(), 15 * 68_KiB);
  room.release(kKey, places[7], 68_KiB);
  EXPECT_EQ(reserved(room, kKey, 68_KiB).offset, places[7].offset);
}

TEST(SlabRoom, PlacesAreAligned) {
  SlabRoom room(1_MiB, {});
  for (const Bytes size : {1_B, 5'000_B, 4_KiB, 100'001_B}) {
    EXPECT_EQ(reserved(room, kKey, size).offset % kBlockAlignment.count(), 0U);
  }
}

// The space of small blocks serves large ones once the small ones are gone.
TEST(SlabRoom, JoinsFreeNeighbours) {
  SlabRoom room(1_MiB, {});
  std::vector<Placement> places;
  while (const auto place = room.reserve(kKey, 4_KiB)) places.push_back(*place);
  ASSERT_EQ(places.size(), 256U);
  EXPECT_FALSE(room.reserve(kKey, 4_KiB));
  for (std::size_t i = 0; i < places.size(); i += 2) room.release(kKey, places[i], 4_KiB);
  EXPECT_FALSE(room.reserve(kKey, 8_KiB));  // half of it is free, but nowhere in one piece
  for (std::size_t i = 1; i < places.size(); i += 2) room.release(kKey, places[i], 4_KiB);
  EXPECT_EQ(room.used(), 0_B);
  EXPECT_TRUE(room.reserve(kKey, 1_MiB));
}

TEST(SlabRoom, UnlimitedSpaceIsNotMemory) {
  const std::vector<Bytes> sizes = {16_MiB};
  SlabRoom room(kUnlimited, sizes);
  for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(room.reserve(kKey, 16_MiB));
  EXPECT_EQ(room.used(), 100'000 * 16_MiB);
}

TEST(SlabRoom, NothingFitsIntoNothing) {
  SlabRoom none(0_B, {});
  EXPECT_FALSE(none.reserve(kKey, 1_B));
  SlabRoom small(64_KiB, {});
  EXPECT_FALSE(small.reserve(kKey, 68_KiB));
  EXPECT_GT(small.footprint(68_KiB), small.capacity());
  EXPECT_TRUE(small.reserve(kKey, 64_KiB));
}

TEST(SlabRoomDeathTest, AbortsWhenAPlaceIsGivenBackTwice) {
  SlabRoom room(1_MiB, {});
  const Placement first = reserved(room, kKey, 8_KiB);
  const Placement second = reserved(room, kKey, 8_KiB);
  room.release(kKey, first, 8_KiB);
  EXPECT_DEATH(room.release(kKey, first, 8_KiB), "given back once");
  EXPECT_DEATH(room.release(kKey, second, 4_KiB), "given back once");
  room.release(kKey, second, 8_KiB);  // joins all: the extents of both are recycled
  EXPECT_DEATH(room.release(kKey, second, 8_KiB), "given back once");
  EXPECT_DEATH(room.release(kKey, {.offset = 0, .slot = 99}, 8_KiB), "this room gave");
}

// Reserved blocks by offset, checked against the room's own account.
class Ledger {
 public:
  void add(Placement place, Bytes size, Bytes footprint) {
    const auto next = blocks_.lower_bound(place.offset);
    if (next != blocks_.end()) {
      EXPECT_LE(place.offset + footprint.count(), next->first);
    }
    if (next != blocks_.begin()) {
      const auto& [offset, before] = *std::prev(next);
      EXPECT_LE(offset + before.footprint.count(), place.offset);
    }
    blocks_[place.offset] = {.place = place, .size = size, .footprint = footprint};
    used_ += footprint;
  }
  struct Block {
    Placement place;
    Bytes size;
    Bytes footprint;
  };
  Block take(std::uint64_t nth) {
    const auto it = std::next(blocks_.begin(), static_cast<std::ptrdiff_t>(nth));
    const Block block = it->second;
    used_ -= block.footprint;
    blocks_.erase(it);
    return block;
  }
  std::size_t count() const { return blocks_.size(); }
  Bytes used() const { return used_; }

 private:
  std::map<std::uint64_t, Block> blocks_;
  Bytes used_;
};

TEST(SlabRoom, AccountsForEveryByteThroughRandomWork) {
  const std::vector<Bytes> sizes = {260_KiB, 1'100_KiB};
  SlabRoom room(64_MiB, sizes);
  Ledger ledger;
  Random random({.seed = 3, .purpose = Purpose::shuffle, .user = 0, .request = 0});
  std::size_t refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    const bool takes = ledger.count() == 0 || random.uniform() < 0.55;
    if (takes) {
      const std::uint64_t kind = random.uniform_int(0, 3);
      const Bytes size = kind < 2 ? sizes[kind] : Bytes(random.uniform_int(1, 2'000'000));
      const std::optional<Placement> place = room.reserve(kKey, size);
      if (place) {
        ASSERT_LE(place->offset + room.footprint(size).count(), room.capacity().count());
        ledger.add(*place, size, room.footprint(size));
      } else {
        ++refused;
      }
    } else {
      const Ledger::Block gone = ledger.take(random.uniform_int(0, ledger.count() - 1));
      room.release(kKey, gone.place, gone.size);
    }
    ASSERT_EQ(room.used(), ledger.used());
  }
  EXPECT_GT(refused, 0U);
  while (ledger.count() > 0) {
    const Ledger::Block gone = ledger.take(0);
    room.release(kKey, gone.place, gone.size);
  }
  EXPECT_EQ(room.used(), 0_B);
  EXPECT_TRUE(room.reserve(kKey, 64_MiB));
}

TEST(SlabRoom, ServesSeveralThreads) {
  SlabRoom room(64_MiB, {});
  const auto work = [&room] {
    for (int i = 0; i < 5'000; ++i) {
      const Placement place = reserved(room, kKey, 200_KiB);
      room.release(kKey, place, 200_KiB);
    }
  };
  {
    const std::jthread one(work);
    const std::jthread two(work);
  }
  EXPECT_EQ(room.used(), 0_B);
}

}  // namespace
}  // namespace spillway::tier
