// SPDX-License-Identifier: Apache-2.0
#include "cache/entry.h"

#include <gtest/gtest.h>

namespace spillway::cache {
namespace {

TEST(Entries, GivesOutWhatWasGivenBack) {
  Entries entries(0);
  const EntryId first = entries.take();
  const EntryId second = entries.take();
  EXPECT_NE(first, second);
  entries[first].pins = 3;
  entries.give_back(first);
  EXPECT_EQ(entries.in_use(), 1U);
  EXPECT_EQ(entries.take(), first);
  EXPECT_EQ(entries[first].pins, 0U);
  EXPECT_EQ(entries.limit(), 2U);
}

TEST(Entries, StayWhereTheyAreWhenThereAreMoreOfThem) {
  for (const std::size_t reserved : {std::size_t{0}, std::size_t{100'000}}) {
    Entries entries(reserved);
    const Entry* const first = &entries[entries.take()];
    for (std::uint64_t n = 1; n < 200'000; ++n) entries[entries.take()].key.low = n;
    EXPECT_EQ(&entries[0], first);
    for (EntryId id = 0; id < 200'000; ++id) ASSERT_EQ(entries[id].key.low, id);
  }
}

TEST(Entries, AreOneCacheLineEachAndKeepTheirPlacement) {
  Entry entry;
  EXPECT_EQ(sizeof(entry), 64U);
  entry.set_placement({.offset = 1ULL << 40U, .slot = 77});
  EXPECT_EQ(entry.placement().offset, 1ULL << 40U);
  EXPECT_EQ(entry.placement().slot, 77U);
  entry.pins = kMaxPins;
  EXPECT_EQ(entry.pins, (1U << 26U) - 1);
}

}  // namespace
}  // namespace spillway::cache
