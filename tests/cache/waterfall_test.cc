// SPDX-License-Identifier: Apache-2.0
#include "cache/waterfall.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "core/size_text.h"
#include "tests/cache/world.h"

namespace spillway::cache {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

CacheOptions capacities(Bytes gpu, Bytes cpu, Bytes storage) {
  CacheOptions options;
  options.capacity = {{gpu, cpu, storage}};
  return options;
}

TEST(Waterfall, KnowsTheTiersThatAreOnFromTheTopDown) {
  const WaterfallLru all(capacities(1_GiB, 1_GiB, 1_GiB));
  EXPECT_THAT(all.admission_order(), ElementsAre(TierId::gpu, TierId::cpu, TierId::storage));
  EXPECT_THAT(all.below(TierId::gpu), ElementsAre(TierId::cpu, TierId::storage));
  EXPECT_THAT(all.below(TierId::storage), IsEmpty());
  const WaterfallLru no_middle(capacities(1_GiB, Bytes(0), 1_GiB));
  EXPECT_THAT(no_middle.admission_order(), ElementsAre(TierId::gpu, TierId::storage));
  EXPECT_THAT(no_middle.below(TierId::gpu), ElementsAre(TierId::storage));
}

TEST(Waterfall, FillsUpperTiersToTheHeadroomAndTheLastOneWholly) {
  const WaterfallLru policy(capacities(Bytes(0), Bytes(1000), Bytes(1000)));
  EXPECT_TRUE(policy.has_room(TierId::cpu, Bytes(700), Bytes(100)));
  EXPECT_FALSE(policy.has_room(TierId::cpu, Bytes(701), Bytes(100)));
  EXPECT_TRUE(policy.has_room(TierId::storage, Bytes(900), Bytes(100)));
  EXPECT_FALSE(policy.has_room(TierId::storage, Bytes(901), Bytes(100)));
}

TEST(Waterfall, FillsToAnyOtherHeadroomToo) {
  CacheOptions options = capacities(Bytes(1000), Bytes(0), Bytes(1000));
  options.headroom = 0.5;
  const WaterfallLru policy(options);
  EXPECT_TRUE(policy.has_room(TierId::gpu, Bytes(400), Bytes(100)));
  EXPECT_FALSE(policy.has_room(TierId::gpu, Bytes(401), Bytes(100)));
}

TEST(Waterfall, TheLowestTierThatIsOnIsTheLast) {
  const WaterfallLru policy(capacities(Bytes(1000), Bytes(1000), Bytes(0)));
  EXPECT_TRUE(policy.has_room(TierId::cpu, Bytes(900), Bytes(100)));
  EXPECT_FALSE(policy.has_room(TierId::gpu, Bytes(900), Bytes(100)));
}

TEST(Waterfall, RefusesBlocksThatWouldFillAnUpperTierAlone) {
  const WaterfallLru policy(capacities(Bytes(0), Bytes(1000), Bytes(1000)));
  EXPECT_TRUE(policy.accepts(TierId::cpu, Bytes(950)));
  EXPECT_FALSE(policy.accepts(TierId::cpu, Bytes(951)));
  EXPECT_TRUE(policy.accepts(TierId::storage, Bytes(1000)));
  EXPECT_FALSE(policy.accepts(TierId::storage, Bytes(1001)));
}

TEST(Waterfall, TheLargestBlockIsAShareOfTheCapacity) {
  CacheOptions options = capacities(Bytes(0), Bytes(1000), Bytes(1000));
  options.largest_share = 0.5;
  const WaterfallLru policy(options);
  EXPECT_TRUE(policy.accepts(TierId::cpu, Bytes(500)));
  EXPECT_FALSE(policy.accepts(TierId::cpu, Bytes(501)));
  EXPECT_TRUE(policy.accepts(TierId::storage, Bytes(1000))) << "the last tier takes all";
}

TEST(Waterfall, TakesABlockAboveTheHeadroomIntoATierThatIsAsGoodAsEmpty) {
  const WaterfallLru policy(capacities(Bytes(0), Bytes(1000), Bytes(1000)));
  EXPECT_TRUE(policy.has_room(TierId::cpu, Bytes(49), Bytes(940)));
  EXPECT_FALSE(policy.has_room(TierId::cpu, Bytes(50), Bytes(940)));
}

TEST(Waterfall, AnUnlimitedTierTakesEverything) {
  const WaterfallLru policy(capacities(Bytes(0), kUnlimited, 1_GiB));
  EXPECT_TRUE(policy.accepts(TierId::cpu, Bytes(1ULL << 50U)));
  EXPECT_TRUE(policy.has_room(TierId::cpu, Bytes(1ULL << 60U), Bytes(1ULL << 50U)));
}

TEST(Waterfall, FallsFromTierToTierAndOutAtTheEnd) {
  World world({.gpu = 5, .cpu = 10, .storage = 20});  // 4, 8 and 20 blocks
  world.store_each(keys(0, 40));
  EXPECT_THAT(world.lying_in(TierId::gpu, 0, 40), ElementsAre(36, 37, 38, 39));
  EXPECT_THAT(world.lying_in(TierId::cpu, 0, 40), ElementsAre(28, 29, 30, 31, 32, 33, 34, 35));
  EXPECT_EQ(world.blocks(TierId::storage), 20U);
  EXPECT_EQ(world.where(key(7)), std::nullopt);
  EXPECT_EQ(world.where(key(8)), TierId::storage);
  EXPECT_EQ(world.counters(TierId::gpu).demotions, 36U);
  EXPECT_EQ(world.counters(TierId::cpu).demotions, 28U);
  EXPECT_EQ(world.counters(TierId::storage).evictions, 8U);
  world.expect_settled();
}

TEST(Waterfall, ASwitchedOffMiddleTierDoesNotFreezeTheOneAbove) {
  World world({.gpu = 5, .storage = 20});
  world.store_each(keys(0, 10));
  EXPECT_THAT(world.lying_in(TierId::gpu, 0, 10), ElementsAre(6, 7, 8, 9));
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 10), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_EQ(world.counters(TierId::gpu).demoted_bytes, 6 * kBlock.count());
}

TEST(Waterfall, AVictimTooLargeForTheMiddleTierGoesToTheOneBelow) {
  World world({.gpu = 20, .cpu = 4, .storage = 100});
  world.store_each(keys(0, 2), 8 * kBlock);   // 16 of 16 blocks
  world.store_each(keys(10, 1), 8 * kBlock);  // one leaves, and 4 blocks do not take 8
  EXPECT_EQ(world.where(key(0)), TierId::storage);
  EXPECT_EQ(world.blocks(TierId::cpu), 0U);
  world.expect_settled();
}

TEST(Waterfall, AVictimThatNoTierBelowCanTakeIsDeleted) {
  World world({.gpu = 20, .storage = 4});
  world.store_each(keys(0, 2), 8 * kBlock);
  world.store_each(keys(10, 1), 8 * kBlock);
  EXPECT_EQ(world.where(key(0)), std::nullopt);
  EXPECT_EQ(world.where(key(10)), TierId::gpu);
  EXPECT_EQ(world.counters(TierId::gpu).evictions, 1U);
  world.expect_settled();
}

// Compared with the definition: the least (last use) of everything in the tier.
TEST(Waterfall, OrdersByLastUseAcrossWhatWasUsedAndWhatCameDown) {
  World world({.gpu = 5, .storage = 10});
  world.store_each(keys(0, 14));  // gpu has 10 to 13, storage 0 to 9 and is full
  world.cache.touch(std::vector{key(0)});
  world.store_each(keys(20, 2));  // 10 and 11 come down; 1 and 2 go
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 30), ElementsAre(0, 3, 4, 5, 6, 7, 8, 9, 10, 11));
  world.cache.touch(std::vector{key(12), key(3)});  // 3, then 12
  world.store_each(keys(30, 7));
  // Last uses: 4..9, 10, 11, 13 from above, 0, 20, 21, 3, 12, 30..36; the newest four in gpu.
  EXPECT_THAT(world.lying_in(TierId::gpu, 0, 40), ElementsAre(33, 34, 35, 36));
  EXPECT_THAT(world.lying_in(TierId::storage, 0, 40),
              ElementsAre(0, 3, 11, 12, 13, 20, 21, 30, 31, 32));
  world.expect_settled();
}

// The waterfall as it is defined, without a thought for speed.
class PlainWaterfall {
 public:
  explicit PlainWaterfall(const std::vector<std::size_t>& limits)
      : tiers_(limits.size()), limits_(limits) {}

  void use(std::uint64_t block) {
    for (auto& tier : tiers_) {
      if (tier.contains(block)) tier[block] = ++uses_;
    }
  }
  void store(std::uint64_t block) { add(0, block, ++uses_); }
  std::optional<std::size_t> where(std::uint64_t block) const {
    for (std::size_t i = 0; i < tiers_.size(); ++i) {
      if (tiers_[i].contains(block)) return i;
    }
    return std::nullopt;
  }

 private:
  void add(std::size_t tier, std::uint64_t block, std::uint64_t last_use) {
    if (tier == tiers_.size()) return;
    if (tiers_[tier].size() == limits_[tier]) {
      const auto oldest =
          std::ranges::min_element(tiers_[tier], {}, [](const auto& held) { return held.second; });
      const auto [victim, its_last_use] = *oldest;
      tiers_[tier].erase(oldest);
      add(tier + 1, victim, its_last_use);
    }
    tiers_[tier].emplace(block, last_use);
  }

  std::vector<std::map<std::uint64_t, std::uint64_t>> tiers_;  // block to last use
  std::vector<std::size_t> limits_;
  std::uint64_t uses_ = 0;
};

TEST(Waterfall, AgreesWithItsDefinitionThroughARandomSequence) {
  World world({.gpu = 5, .cpu = 10, .storage = 20});
  PlainWaterfall plain({4, 8, 20});
  std::mt19937_64 random(3);
  for (int i = 0; i < 5'000; ++i) {
    const std::uint64_t block = random() % 60;
    if (world.where(key(block))) {
      world.cache.touch(std::vector{key(block)});
      plain.use(block);
    } else {
      world.store({key(block)});
      plain.store(block);
    }
    for (std::uint64_t n = 0; n < 60; ++n) {
      const std::optional<TierId> there = world.where(key(n));
      ASSERT_EQ(there ? std::optional(index_of(*there)) : std::nullopt, plain.where(n));
    }
  }
}

TEST(Waterfall, PutsBackWhoWasToLeave) {
  Entries entries(0);
  WaterfallLru policy(capacities(1_GiB, Bytes(0), 1_GiB));
  std::vector<EntryId> ids;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(entries.take());
    policy.add_used(entries, ids.back());
  }
  policy.withdraw(entries, ids[0]);
  policy.withdraw(entries, ids[1]);
  EXPECT_EQ(policy.victim(entries, TierId::gpu), ids[2]);
  policy.put_back(entries, ids[1]);
  policy.put_back(entries, ids[0]);
  for (const EntryId id : ids) {
    EXPECT_EQ(policy.victim(entries, TierId::gpu), id);
    policy.withdraw(entries, id);
  }
  EXPECT_EQ(policy.victim(entries, TierId::gpu), kNoEntry);
}

}  // namespace
}  // namespace spillway::cache
