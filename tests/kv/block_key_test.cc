// SPDX-License-Identifier: Apache-2.0
#include "kv/block_key.h"

#include <gtest/gtest.h>

#include <set>
#include <unordered_set>

namespace spillway::kv {
namespace {

// Frozen: a change renames every block of every store and every plan. The root's value is that of
// XXH3-128 over the words {1, 0}, the words little-endian.
TEST(BlockKey, IsTheSameNumberOnEveryMachine) {
  EXPECT_EQ(to_text(root_key(0)), "137ec3075546cf034a4fe11e9c4a1079");
  EXPECT_EQ(to_text(root_key(42)), "164f98196327a021c4307ba30c63085a");
  EXPECT_EQ(to_text(chain(root_key(0), 7)), "57e907afb213974062f4b51815621101");
  EXPECT_EQ(to_text(chain_part(root_key(0), 7, 16, 32)), "88e2e5ff90fe399c936395cd071e5ab6");
  EXPECT_EQ(to_text(generated_key(root_key(0), 7, 1)), "7daaf7570edda91e54c0d39d62a07845");
}

TEST(BlockKey, DependsOnEachArgument) {
  const BlockKey a = root_key(1);
  const BlockKey b = root_key(2);
  const std::set<BlockKey> keys = {
      a,
      b,
      chain(a, 1),
      chain(a, 2),
      chain(b, 1),
      chain(chain(a, 1), 1),
      chain_part(a, 1, 0, 64),
      chain_part(a, 2, 0, 64),
      chain_part(a, 1, 1, 64),
      chain_part(a, 1, 0, 65),
      chain_part(b, 1, 0, 64),
      generated_key(a, 1, 0),
      generated_key(a, 0, 1),
      generated_key(a, 1, 1),
      generated_key(b, 1, 0),
  };
  EXPECT_EQ(keys.size(), 15U);
}

TEST(BlockKey, SpreadsConsecutiveIdsOverTheLowBits) {
  std::unordered_set<BlockKey, BlockKeyHash> keys;
  std::set<std::uint64_t> low_bytes;
  for (std::uint64_t id = 0; id < 10'000; ++id) {
    const BlockKey key = chain(root_key(0), id);
    keys.insert(key);
    low_bytes.insert(key.low & 0xffU);
  }
  EXPECT_EQ(keys.size(), 10'000U);
  EXPECT_EQ(low_bytes.size(), 256U);
}

TEST(BlockKey, IsWrittenHighHalfFirst) {
  EXPECT_EQ(to_text({.high = 0x0123456789abcdef, .low = 1}), "0123456789abcdef0000000000000001");
}

TEST(BlockKey, ComesBackFromItsText) {
  for (std::uint64_t id = 0; id < 100; ++id) {
    const BlockKey key = chain(root_key(3), id);
    EXPECT_EQ(parse_block_key(to_text(key)), key);
  }
}

TEST(BlockKey, HasOneSpellingOnly) {
  EXPECT_FALSE(parse_block_key(""));
  EXPECT_FALSE(parse_block_key("0123456789abcdef000000000000001"));    // 31 digits
  EXPECT_FALSE(parse_block_key("0123456789abcdef00000000000000011"));  // 33
  EXPECT_FALSE(parse_block_key("0123456789ABCDEF0000000000000001"));   // upper case
  EXPECT_FALSE(parse_block_key("0123456789abcdef000000000000000g"));   // not a digit
  EXPECT_FALSE(parse_block_key("+123456789abcdef0000000000000001"));   // a sign
  EXPECT_FALSE(parse_block_key("0x23456789abcdef0000000000000001"));   // a prefix
  EXPECT_FALSE(parse_block_key(" 123456789abcdef0000000000000001"));   // a space
}

}  // namespace
}  // namespace spillway::kv
