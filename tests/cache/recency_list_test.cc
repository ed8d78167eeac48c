// SPDX-License-Identifier: Apache-2.0
#include "cache/recency_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace spillway::cache {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Listed {
  EntryId used_at(std::uint64_t time) {
    const EntryId id = entries.take();
    entries[id].last_use = time;
    return id;
  }
  // Last uses, the oldest first; then the list is empty.
  std::vector<std::uint64_t> drain() {
    std::vector<std::uint64_t> times;
    while (!list.empty()) {
      times.push_back(entries[list.oldest()].last_use);
      list.remove(entries, list.oldest());
    }
    return times;
  }
  Entries entries{0};
  RecencyList list;
};

TEST(RecencyList, KeepsTheOrderOfUse) {
  Listed listed;
  for (const std::uint64_t time : {1U, 2U, 3U})
    listed.list.add_newest(listed.entries, listed.used_at(time));
  EXPECT_THAT(listed.drain(), ElementsAre(1, 2, 3));
}

TEST(RecencyList, FindsAPlaceFromEitherEnd) {
  for (const auto add : {&RecencyList::add_from_newest, &RecencyList::add_from_oldest}) {
    Listed listed;
    for (const std::uint64_t time : {50U, 10U, 30U, 70U, 20U, 60U}) {
      (listed.list.*add)(listed.entries, listed.used_at(time));
    }
    EXPECT_THAT(listed.drain(), ElementsAre(10, 20, 30, 50, 60, 70));
  }
}

TEST(RecencyList, LosesEntriesFromAnyPlace) {
  Listed listed;
  std::vector<EntryId> ids;
  for (const std::uint64_t time : {1U, 2U, 3U, 4U, 5U}) {
    ids.push_back(listed.used_at(time));
    listed.list.add_newest(listed.entries, ids.back());
  }
  for (const std::size_t i : {2U, 0U, 4U}) listed.list.remove(listed.entries, ids.at(i));
  EXPECT_THAT(listed.drain(), ElementsAre(2, 4));
  EXPECT_THAT(listed.drain(), IsEmpty());
}

}  // namespace
}  // namespace spillway::cache
