// SPDX-License-Identifier: Apache-2.0
#include "cache/key_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace spillway::cache {
namespace {

struct Filled {
  explicit Filled(std::size_t reserved) : table(reserved) {}
  EntryId add(const kv::BlockKey& key) {
    const EntryId id = entries.take();
    entries[id].key = key;
    table.insert(key, id);
    return id;
  }
  void remove(EntryId id) {
    table.erase(entries[id].key, id);
    entries.give_back(id);
  }
  Entries entries{0};
  KeyTable table;
};

TEST(KeyTable, FindsWhatIsThereAndNothingElse) {
  for (const std::size_t reserved : {0U, 1'000U, 100'000U}) {
    Filled filled(reserved);
    for (std::uint64_t n = 0; n < 50'000; ++n) filled.add({.high = n / 3, .low = n});
    EXPECT_EQ(filled.table.size(), 50'000U);
    for (std::uint64_t n = 0; n < 50'000; ++n) {
      ASSERT_EQ(filled.table.find({.high = n / 3, .low = n}, filled.entries), n);
      ASSERT_EQ(filled.table.find({.high = n / 3 + 1, .low = n}, filled.entries), kNoEntry);
    }
  }
}

// Keys that are not hashes: counted up, equal halves, only high bits.
TEST(KeyTable, SpreadsKeysThatAreNotHashes) {
  Filled filled(0);
  for (std::uint64_t n = 1; n < 20'000; ++n) {
    filled.add({.high = n, .low = n});
    filled.add({.high = n << 40U, .low = 0});
    filled.add({.high = 0, .low = n << 40U});
  }
  EXPECT_EQ(filled.table.size(), 3 * 19'999U);
  EXPECT_NE(filled.table.find({.high = 0, .low = 5ULL << 40U}, filled.entries), kNoEntry);
}

// Against a map, as keys come and go for long at a steady number.
TEST(KeyTable, AgreesWithAMapThroughComingAndGoing) {
  Filled filled(0);
  std::map<kv::BlockKey, EntryId> expected;
  std::mt19937_64 random(1);
  for (int i = 0; i < 300'000; ++i) {
    const kv::BlockKey key{.high = random() % 40, .low = random() % 100};
    const auto known = expected.find(key);
    ASSERT_EQ(filled.table.find(key, filled.entries),
              known == expected.end() ? kNoEntry : known->second);
    if (known == expected.end()) {
      expected.emplace(key, filled.add(key));
    } else {
      filled.remove(known->second);
      expected.erase(known);
    }
    ASSERT_EQ(filled.table.size(), expected.size());
  }
}

TEST(KeyTableDeathTest, RefusesToEraseWhatIsNotThere) {
  Filled filled(0);
  filled.add({.high = 1, .low = 1});
  EXPECT_DEATH(filled.table.erase({.high = 2, .low = 2}, 5),
               "a key that is erased is in the table");
}

}  // namespace
}  // namespace spillway::cache
