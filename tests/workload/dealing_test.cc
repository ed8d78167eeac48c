// SPDX-License-Identifier: Apache-2.0
#include "workload/dealing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace spillway::workload {
namespace {

using testing::ElementsAre;

constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();

std::vector<std::uint64_t> slots_of(const Dealing& dealing) {
  std::vector<std::uint64_t> slots;
  slots.reserve(dealing.requests());
  for (std::uint64_t i = 0; i < dealing.requests(); ++i) slots.push_back(dealing.slot_of(i));
  return slots;
}

// Every index belongs to exactly one user and turn.
void expect_consistent(const Dealing& dealing, std::uint32_t users) {
  std::uint64_t sum = 0;
  for (std::uint32_t user = 0; user < users; ++user) {
    sum += dealing.requests_of(user);
    for (std::uint64_t turn = 0; turn < dealing.requests_of(user); ++turn) {
      const std::uint64_t index = dealing.index_of(user, turn);
      EXPECT_EQ(dealing.turn_of(user, index), turn);
      if (turn > 0) EXPECT_GT(index, dealing.index_of(user, turn - 1));
    }
  }
  EXPECT_EQ(sum, dealing.requests());
}

TEST(Dealing, DealsOneByOneInTheOrderOfTheTrace) {
  const Dealing dealing = Dealing::one_by_one(7, 3);
  EXPECT_THAT(slots_of(dealing), ElementsAre(0, 1, 2, 3, 4, 5, 6));
  EXPECT_EQ(dealing.requests_of(0), 3U);
  EXPECT_EQ(dealing.requests_of(1), 2U);
  EXPECT_EQ(dealing.index_of(1, 1), 4U);
  expect_consistent(dealing, 3);
  expect_consistent(Dealing::one_by_one(2, 5), 5);
}

TEST(Dealing, SortsByKeyAndKeepsTheTraceOrderOfEqualKeys) {
  const Dealing dealing = Dealing::sorted({5, 1, 5, 0, 1}, {0, 1, 0, 1, 0}, 2, kAll);
  EXPECT_THAT(slots_of(dealing), ElementsAre(3, 1, 4, 0, 2));
  EXPECT_EQ(dealing.requests_of(0), 3U);
  EXPECT_EQ(dealing.index_of(0, 0), 2U);
  expect_consistent(dealing, 2);
}

TEST(Dealing, KeepsTheFirstOnesOnly) {
  const Dealing dealing = Dealing::sorted({5, 1, 5, 0, 1}, {0, 1, 0, 1, 0}, 3, 3);
  EXPECT_THAT(slots_of(dealing), ElementsAre(3, 1, 4));
  EXPECT_EQ(dealing.requests_of(2), 0U);
  expect_consistent(dealing, 3);
}

TEST(Dealing, LetsUsersTakeTurns) {
  const Dealing dealing = Dealing::sorted(
      {turn_key(0, 1), turn_key(1, 1), turn_key(0, 0), turn_key(1, 0)}, {1, 1, 0, 0}, 2, kAll);
  EXPECT_THAT(slots_of(dealing), ElementsAre(2, 0, 3, 1));
}

}  // namespace
}  // namespace spillway::workload
