// SPDX-License-Identifier: Apache-2.0
#include "kv/token_blocks.h"

#include <gtest/gtest.h>

#include <vector>

namespace spillway::kv {
namespace {

using Ids = std::vector<TokenId>;

TEST(TokenBlocksTest, OnlyWholeBlocksHaveKeys) {
  EXPECT_TRUE(token_block_keys(Ids{1, 2, 3}, Tokens(4)).empty());
  EXPECT_EQ(token_block_keys(Ids{1, 2, 3, 4}, Tokens(4)).size(), 1U);
  EXPECT_EQ(token_block_keys(Ids{1, 2, 3, 4, 5, 6, 7, 8, 9}, Tokens(4)).size(), 2U);
  EXPECT_TRUE(token_block_keys(Ids{}, Tokens(1)).empty());
}

TEST(TokenBlocksTest, KeysAreEqualAsFarAsThePrefixIs) {
  const auto one = token_block_keys(Ids{1, 2, 3, 4, 5, 6}, Tokens(2));
  const auto other = token_block_keys(Ids{1, 2, 3, 9, 5, 6}, Tokens(2));
  EXPECT_EQ(one[0], other[0]);
  EXPECT_NE(one[1], other[1]);
  EXPECT_NE(one[2], other[2]);  // the same tokens after another beginning
}

TEST(TokenBlocksTest, ScopesAndPlacesDoNotMeet) {
  EXPECT_NE(token_block_keys(Ids{1, 2}, Tokens(2), 1), token_block_keys(Ids{1, 2}, Tokens(2), 2));
  const auto twice = token_block_keys(Ids{7, 7, 7, 7}, Tokens(2));
  EXPECT_NE(twice[0], twice[1]);
}

// Frozen: keys name blocks on disk.
TEST(TokenBlocksTest, TheFirstKeyIsTheSameForEver) {
  EXPECT_EQ(to_text(token_block_keys(Ids{1, 2, 3, 4}, Tokens(4))[0]), "1fcda12223fefe42a79c6d87c52e33cf");
}

}  // namespace
}  // namespace spillway::kv
