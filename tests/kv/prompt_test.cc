// SPDX-License-Identifier: Apache-2.0
#include "kv/prompt.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>

namespace spillway::kv {
namespace {

constexpr std::uint64_t kBlock = 16;

Prompt prompt_of(const std::vector<std::pair<std::uint64_t, std::uint64_t>>& pieces,
                 Tail tail = Tail::dropped) {
  Prompt prompt;
  prompt.tail = tail;
  for (const auto& [id, tokens] : pieces) prompt.pieces.push_back({id, Tokens(tokens)});
  return prompt;
}

std::vector<BlockKey> keys_of(const Prompt& prompt) { return block_keys(prompt, Tokens(kBlock)); }

TEST(Prompt, IsAsLongAsItsPieces) {
  EXPECT_EQ(length(prompt_of({})), Tokens(0));
  EXPECT_EQ(length(prompt_of({{1, 5}, {2, 0}, {1, 7}})), Tokens(12));
}

TEST(Prompt, OfPiecesOfOneBlockChainsTheirIds) {
  const BlockKey first = chain(root_key(0), 46);
  const std::vector<BlockKey> expected = {first, chain(first, 47)};
  EXPECT_EQ(keys_of(prompt_of({{46, kBlock}, {47, kBlock}})), expected);
}

TEST(Prompt, DropsOrKeysTheTokensThatDoNotFillABlock) {
  EXPECT_EQ(keys_of(prompt_of({{1, 2 * kBlock + 1}})).size(), 2U);
  EXPECT_EQ(keys_of(prompt_of({{1, 2 * kBlock + 1}}, Tail::keyed)).size(), 3U);
  EXPECT_EQ(keys_of(prompt_of({{1, 2 * kBlock}}, Tail::keyed)).size(), 2U);
  EXPECT_TRUE(keys_of(prompt_of({}, Tail::keyed)).empty());
  EXPECT_TRUE(keys_of(prompt_of({{1, 0}}, Tail::keyed)).empty());
}

TEST(Prompt, WithAShorterTailHasAnotherTailKey) {
  const auto one = keys_of(prompt_of({{1, kBlock}, {2, 3}}, Tail::keyed));
  const auto same = keys_of(prompt_of({{1, kBlock}, {2, 3}}, Tail::keyed));
  const auto longer = keys_of(prompt_of({{1, kBlock}, {2, 4}}, Tail::keyed));
  const auto full = keys_of(prompt_of({{1, kBlock}, {2, kBlock}}, Tail::keyed));
  EXPECT_EQ(one, same);
  EXPECT_EQ(one[0], longer[0]);
  EXPECT_NE(one[1], longer[1]);
  EXPECT_NE(one[1], full[1]);
}

TEST(Prompt, SharesABlockInsideOfALongPieceWithAShortOneOfTheSameId) {
  const auto long_piece = keys_of(prompt_of({{1, 3 * kBlock}}));
  const auto short_piece = keys_of(prompt_of({{1, kBlock}, {2, kBlock}}));
  EXPECT_EQ(long_piece[0], short_piece[0]);
  EXPECT_NE(long_piece[1], short_piece[1]);
}

TEST(Prompt, TellsARepeatedPieceFromALongOne) {
  const auto repeated = keys_of(prompt_of({{1, kBlock}, {1, kBlock}}));
  EXPECT_NE(repeated[1], keys_of(prompt_of({{1, 2 * kBlock}}))[1]);
}

TEST(Prompt, OfAnotherScopeSharesNothing) {
  Prompt other = prompt_of({{1, kBlock}});
  other.scope = 1;
  EXPECT_NE(keys_of(other), keys_of(prompt_of({{1, kBlock}})));
}

TEST(Prompt, NeverHasTheKeyOfAGeneratedBlock) {
  const BlockKey parent = keys_of(prompt_of({{1, kBlock}})).front();
  EXPECT_NE(generated_key(parent, 2, 0), keys_of(prompt_of({{1, kBlock}, {2, kBlock}}))[1]);
}

TEST(PromptDeathTest, RefusesBlocksWithoutTokens) {
  EXPECT_DEATH(block_keys(prompt_of({{1, 1}}), Tokens(0)), "at least one token");
}

// The definition, spelt out: each token is (piece id, place in the piece), a block is a list of
// those.
using Token = std::pair<std::uint64_t, std::uint64_t>;

std::vector<Token> tokens_of(const Prompt& prompt) {
  std::vector<Token> tokens;
  for (const Piece& piece : prompt.pieces) {
    for (std::uint64_t i = 0; i < piece.tokens.count(); ++i) tokens.emplace_back(piece.id, i);
  }
  return tokens;
}

std::size_t blocks_of(const Prompt& prompt) {
  const std::uint64_t tokens = length(prompt).count();
  return prompt.tail == Tail::keyed ? (tokens + kBlock - 1) / kBlock : tokens / kBlock;
}

// Whether the first `blocks` blocks of both are the same tokens.
bool same_prefix(const Prompt& a, const Prompt& b, std::size_t blocks) {
  auto first = tokens_of(a);
  auto second = tokens_of(b);
  first.resize(std::min(first.size(), blocks * kBlock));
  second.resize(std::min(second.size(), blocks * kBlock));
  return first == second;
}

// Few ids and few lengths, so that equal and unequal prefixes both come up often.
Prompt random_prompt(std::mt19937_64& random) {
  constexpr std::uint64_t kLengths[] = {0, 1, 7, 8, 9, 15, 16, 17, 24, 32, 48};
  Prompt prompt;
  prompt.tail = random() % 2 == 0 ? Tail::dropped : Tail::keyed;
  const std::size_t pieces = random() % 6;
  for (std::size_t i = 0; i < pieces; ++i) {
    prompt.pieces.push_back({random() % 2, Tokens(kLengths[random() % std::size(kLengths)])});
  }
  return prompt;
}

TEST(Prompt, HasEqualLeadingKeysExactlyWhereThePrefixIsEqual) {
  std::mt19937_64 random(1);  // NOLINT(bugprone-random-generator-seed): the same prompts each time
  std::size_t equal = 0;
  std::size_t different = 0;
  for (int pair = 0; pair < 20'000; ++pair) {
    const Prompt a = random_prompt(random);
    const Prompt b = random_prompt(random);
    const auto keys_a = keys_of(a);
    const auto keys_b = keys_of(b);
    ASSERT_EQ(keys_a.size(), blocks_of(a));
    for (std::size_t i = 0; i < std::min(keys_a.size(), keys_b.size()); ++i) {
      const bool same = same_prefix(a, b, i + 1);
      ASSERT_EQ(keys_a[i] == keys_b[i], same) << "pair " << pair << ", block " << i;
      ++(same ? equal : different);
    }
  }
  EXPECT_GT(equal, 1000U);
  EXPECT_GT(different, 1000U);
}

}  // namespace
}  // namespace spillway::kv
