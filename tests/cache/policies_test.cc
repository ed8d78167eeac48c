// SPDX-License-Identifier: Apache-2.0
#include "cache/policies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "tests/cache/world.h"

namespace spillway::cache {
namespace {

using testing::ElementsAre;

TEST(Policies, AreMadeByTheirNames) {
  EXPECT_THAT(policy_names(),
              ElementsAre("waterfall-lru", "spillover", "lfu", "s3-fifo", "size-aware"));
  for (const std::string_view name : policy_names()) {
    EXPECT_EQ(make_policy(name, {})->name(), name);
  }
}

TEST(PoliciesDeathTest, AnUnknownNameIsABug) {
  EXPECT_DEATH(make_policy("clairvoyant", {}), "one of the names");
}

class EveryPolicy : public testing::TestWithParam<std::string_view> {};

TEST_P(EveryPolicy, LeavesWhatIsReadWhereItIs) {
  World world({.gpu = 10, .cpu = 10, .storage = 20}, {}, nullptr, GetParam());
  world.store_each(keys(0, 30));
  const std::vector<std::uint64_t> in_gpu = world.lying_in(TierId::gpu, 0, 30);
  const std::vector<std::uint64_t> in_storage = world.lying_in(TierId::storage, 0, 30);
  ASSERT_FALSE(in_gpu.empty());
  ASSERT_FALSE(in_storage.empty());
  const std::vector<kv::BlockKey> read = {key(in_gpu.front()), key(in_storage.front())};
  std::vector<Pin> pins;
  ASSERT_EQ(world.index->match(read, pins).matched, 2U);
  world.store_each(keys(100, 200));
  EXPECT_EQ(world.where(read[0]), TierId::gpu);
  EXPECT_EQ(world.where(read[1]), TierId::storage);
  world.index->unpin(pins);
  EXPECT_EQ(world.load(read).blocks_hit, 2U);
  world.expect_settled();
}

TEST_P(EveryPolicy, LeavesWhatIsOnItsWay) {
  World world({.gpu = 10, .storage = 20}, {}, nullptr, GetParam());
  Plan plan;
  world.index->plan_store(keys(0, 5), kBlock, plan);
  ASSERT_EQ(plan.arrivals.size(), 5U);
  world.store_each(keys(100, 200));
  EXPECT_EQ(world.index->find_inconsistency(), "");
  for (Mark& mark : plan.arrivals) {
    EXPECT_TRUE(mark.is_placed());
    mark.set_result(Mark::Result::done);
  }
  world.index->settle(plan.arrivals);
  EXPECT_EQ(world.lying_in(TierId::gpu, 0, 5).size(), 5U);
  EXPECT_EQ(world.index->find_inconsistency(), "");
}

// Everything that is not read can go, and no more than that.
TEST_P(EveryPolicy, FillsTheLastTierAndEmptiesIt) {
  World world({.storage = 20}, {}, nullptr, GetParam());
  world.store_each(keys(0, 50));
  EXPECT_EQ(world.blocks(TierId::storage), 20U);
  EXPECT_EQ(world.store({key(100)}, 20 * kBlock).stored, 1U);
  EXPECT_EQ(world.blocks(TierId::storage), 1U);
  EXPECT_EQ(world.counters(TierId::storage).evictions, 50U);
  world.expect_settled();
}

INSTANTIATE_TEST_SUITE_P(Names, EveryPolicy,
                         testing::ValuesIn(policy_names().begin(), policy_names().end()),
                         [](const auto& info) {
                           std::string name(info.param);
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace spillway::cache
