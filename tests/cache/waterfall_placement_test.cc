// SPDX-License-Identifier: Apache-2.0
#include "cache/waterfall_placement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cache/waterfall.h"
#include "core/size_text.h"

namespace spillway::cache {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

CacheOptions capacities(Bytes gpu, Bytes cpu, Bytes storage) {
  CacheOptions options;
  options.capacity = {{gpu, cpu, storage}};
  return options;
}

TEST(WaterfallPlacement, KnowsTheTiersThatAreOnFromTheTopDown) {
  const WaterfallLru all(capacities(1_GiB, 1_GiB, 1_GiB));
  EXPECT_THAT(all.admission_order(), ElementsAre(TierId::gpu, TierId::cpu, TierId::storage));
  EXPECT_THAT(all.below(TierId::gpu), ElementsAre(TierId::cpu, TierId::storage));
  EXPECT_THAT(all.below(TierId::storage), IsEmpty());
  const WaterfallLru no_middle(capacities(1_GiB, Bytes(0), 1_GiB));
  EXPECT_THAT(no_middle.admission_order(), ElementsAre(TierId::gpu, TierId::storage));
  EXPECT_THAT(no_middle.below(TierId::gpu), ElementsAre(TierId::storage));
}

TEST(WaterfallPlacement, FillsUpperTiersToTheHeadroomAndTheLastOneWholly) {
  const WaterfallLru policy(capacities(Bytes(0), Bytes(1000), Bytes(1000)));
  EXPECT_TRUE(policy.has_room(TierId::cpu, Bytes(700), Bytes(100)));
  EXPECT_FALSE(policy.has_room(TierId::cpu, Bytes(701), Bytes(100)));
  EXPECT_TRUE(policy.has_room(TierId::storage, Bytes(900), Bytes(100)));
  EXPECT_FALSE(policy.has_room(TierId::storage, Bytes(901), Bytes(100)));
}

TEST(WaterfallPlacement, FillsToAnyOtherHeadroomToo) {
  CacheOptions options = capacities(Bytes(1000), Bytes(0), Bytes(1000));
  options.headroom = 0.5;
  const WaterfallLru policy(options);
  EXPECT_TRUE(policy.has_room(TierId::gpu, Bytes(400), Bytes(100)));
  EXPECT_FALSE(policy.has_room(TierId::gpu, Bytes(401), Bytes(100)));
}

TEST(WaterfallPlacement, TheLowestTierThatIsOnIsTheLast) {
  const WaterfallLru policy(capacities(Bytes(1000), Bytes(1000), Bytes(0)));
  EXPECT_TRUE(policy.has_room(TierId::cpu, Bytes(900), Bytes(100)));
  EXPECT_FALSE(policy.has_room(TierId::gpu, Bytes(900), Bytes(100)));
}

TEST(WaterfallPlacement, RefusesBlocksThatWouldFillAnUpperTierAlone) {
  const WaterfallLru policy(capacities(Bytes(0), Bytes(1000), Bytes(1000)));
  EXPECT_TRUE(policy.accepts(TierId::cpu, Bytes(0), Bytes(950)));
  EXPECT_FALSE(policy.accepts(TierId::cpu, Bytes(0), Bytes(951)));
  EXPECT_TRUE(policy.accepts(TierId::storage, Bytes(0), Bytes(1000)));
  EXPECT_FALSE(policy.accepts(TierId::storage, Bytes(0), Bytes(1001)));
}

TEST(WaterfallPlacement, TheLargestBlockIsAShareOfTheCapacity) {
  CacheOptions options = capacities(Bytes(0), Bytes(1000), Bytes(1000));
  options.largest_share = 0.5;
  const WaterfallLru policy(options);
  EXPECT_TRUE(policy.accepts(TierId::cpu, Bytes(0), Bytes(500)));
  EXPECT_FALSE(policy.accepts(TierId::cpu, Bytes(0), Bytes(501)));
  EXPECT_TRUE(policy.accepts(TierId::storage, Bytes(0), Bytes(1000))) << "the last takes all";
}

TEST(WaterfallPlacement, TakesABlockAboveTheHeadroomIntoATierThatIsAsGoodAsEmpty) {
  const WaterfallLru policy(capacities(Bytes(0), Bytes(1000), Bytes(1000)));
  EXPECT_TRUE(policy.has_room(TierId::cpu, Bytes(49), Bytes(940)));
  EXPECT_FALSE(policy.has_room(TierId::cpu, Bytes(50), Bytes(940)));
}

TEST(WaterfallPlacement, AnUnlimitedTierTakesEverything) {
  const WaterfallLru policy(capacities(Bytes(0), kUnlimited, 1_GiB));
  EXPECT_TRUE(policy.accepts(TierId::cpu, Bytes(0), Bytes(1ULL << 50U)));
  EXPECT_TRUE(policy.has_room(TierId::cpu, Bytes(1ULL << 60U), Bytes(1ULL << 50U)));
}

}  // namespace
}  // namespace spillway::cache
