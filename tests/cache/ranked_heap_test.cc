// SPDX-License-Identifier: Apache-2.0
#include "cache/ranked_heap.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace spillway::cache {
namespace {

TEST(RankedHeap, TheLeastRankIsOnTopAndTheOrderDecidesAmongEquals) {
  Entries entries(0);
  RankedHeap heap;
  const EntryId late = entries.take();
  const EntryId early = entries.take();
  const EntryId high = entries.take();
  heap.add(entries, high, {.value = 9, .order = 1});
  heap.add(entries, late, {.value = 5, .order = 3});
  heap.add(entries, early, {.value = 5, .order = 2});
  for (const EntryId id : {early, late, high}) {
    EXPECT_EQ(heap.least(), id);
    heap.remove(entries, id);
  }
  EXPECT_TRUE(heap.empty());
}

TEST(RankedHeap, AgreesWithAnOrderedMapWhereverEntriesLeave) {
  Entries entries(0);
  RankedHeap heap;
  std::map<Rank, EntryId> plain;
  std::vector<std::map<Rank, EntryId>::iterator> standing;
  std::mt19937_64 random(5);
  for (std::uint64_t step = 0; step < 20'000; ++step) {
    if (standing.empty() || random() % 100 < (step < 10'000 ? 55U : 45U)) {
      const EntryId id = entries.take();
      const Rank rank{.value = random() % 50, .order = step};
      heap.add(entries, id, rank);
      standing.push_back(plain.emplace(rank, id).first);
    } else {
      const std::size_t which = random() % standing.size();
      heap.remove(entries, standing[which]->second);
      plain.erase(standing[which]);
      standing[which] = standing.back();
      standing.pop_back();
    }
    ASSERT_EQ(heap.empty(), plain.empty());
    if (plain.empty()) continue;
    ASSERT_EQ(heap.least(), plain.begin()->second);
    ASSERT_EQ(heap.least_rank(), plain.begin()->first);
  }
}

TEST(RankedHeapDeathTest, AnEntryOfAnotherHeapDoesNotLeave) {
  Entries entries(0);
  RankedHeap heap;
  const EntryId id = entries.take();
  EXPECT_DEATH(heap.remove(entries, id), "the heap it stands in");
}

}  // namespace
}  // namespace spillway::cache
