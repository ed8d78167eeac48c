// SPDX-License-Identifier: Apache-2.0
#include "kv/byte_pairs.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/error.h"
#include "kv/speaker.h"

namespace spillway::kv {
namespace {

// A token a byte, with printable ASCII and the blank alone spelt as GPT-2 spells them; the others
// by their places.
std::string letter(unsigned byte) {
  const bool itself =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  unsigned character = byte;
  if (!itself) {
    character = 256;
    for (unsigned other = 0; other < byte; ++other) {
      const bool other_itself =
          (other >= 0x21 && other <= 0x7e) || (other >= 0xa1 && other <= 0xac) || other >= 0xae;
      character += other_itself ? 0 : 1;
    }
  }
  if (character < 0x80) return {static_cast<char>(character)};
  return {static_cast<char>(0xc0 | (character >> 6)), static_cast<char>(0x80 | (character & 0x3f))};
}

BytePairs bytes_only() {
  BytePairs pairs{
      .name = "test", .vocabulary = {}, .merges = {}, .added = {}, .pattern = kGpt2Pattern};
  for (unsigned byte = 0; byte < 256; ++byte) pairs.vocabulary.emplace_back(letter(byte), byte);
  return pairs;
}

BytePairs with_merges(const std::vector<std::pair<std::string, std::string>>& merges) {
  BytePairs pairs = bytes_only();
  for (const auto& [left, right] : merges) {
    pairs.vocabulary.emplace_back(left + right, static_cast<TokenId>(pairs.vocabulary.size()));
    pairs.merges.emplace_back(left, right);
  }
  return pairs;
}

std::vector<TokenId> tokens_of(const BytePairs& pairs, std::string_view text) {
  std::vector<TokenId> tokens;
  const auto tokenizer = make_byte_pairs(pairs);
  tokenizer->encode(text, tokens);
  EXPECT_EQ(tokenizer->count(text), tokens.size());
  return tokens;
}

using Tokens = std::vector<TokenId>;

TEST(BytePairsTest, WithoutMergesEveryByteIsAToken) {
  EXPECT_EQ(letter(' '), "\xc4\xa0");  // U+0120
  EXPECT_EQ(letter('\n'), "\xc4\x8a");
  EXPECT_EQ(tokens_of(bytes_only(), "A\n \xff"), (Tokens{'A', '\n', ' ', 0xff}));
  EXPECT_EQ(tokens_of(bytes_only(), ""), Tokens{});
}

// The text "abab" has "ab" twice and "ba" once: what comes of it depends on which is merged first.
TEST(BytePairsTest, TheFirstMergeIsDoneFirst) {
  const BytePairs pairs = with_merges({{"b", "a"}, {"a", "b"}, {"ba", "b"}});
  EXPECT_EQ(tokens_of(pairs, "abab"), (Tokens{'a', 258}));  // a, ba, b; a, bab
  const BytePairs other = with_merges({{"a", "b"}, {"b", "a"}, {"ab", "ab"}});
  EXPECT_EQ(tokens_of(other, "abab"), Tokens{258});
  EXPECT_EQ(tokens_of(other, "aba"), (Tokens{256, 'a'}));
}

TEST(BytePairsTest, OfEqualMergesTheLeftmostIsDone) {
  EXPECT_EQ(tokens_of(with_merges({{"a", "a"}}), "aaa"), (Tokens{256, 'a'}));
}

TEST(BytePairsTest, MergesStayWithinWords) {
  const BytePairs pairs = with_merges({{"a", "!"}, {"\xc4\xa0", "a"}});
  EXPECT_EQ(tokens_of(pairs, "a! a"), (Tokens{'a', '!', 257}));
}

TEST(BytePairsTest, AddedTokensAreWholeAndTheLongestCounts) {
  BytePairs pairs = with_merges({{"a", "b"}});
  pairs.added = {{"<x>", 300}, {"<x>y", 301}, {"b", 302}};
  EXPECT_EQ(tokens_of(pairs, "a<x>yab<x>"), (Tokens{'a', 301, 'a', 302, 300}));
}

TEST(BytePairsTest, ASpaceMayStandBeforeText) {
  BytePairs pairs = bytes_only();
  pairs.space_before_text = true;
  EXPECT_EQ(tokens_of(pairs, "a"), (Tokens{' ', 'a'}));
  EXPECT_EQ(tokens_of(pairs, " a"), (Tokens{' ', 'a'}));
}

TEST(BytePairsTest, WholeWordsMayComeBeforeMerges) {
  BytePairs pairs = with_merges({{"a", "b"}});
  pairs.vocabulary.emplace_back("abc", 400);
  EXPECT_EQ(tokens_of(pairs, "abc"), (Tokens{256, 'c'}));
  pairs.whole_words_first = true;
  EXPECT_EQ(tokens_of(pairs, "abc"), Tokens{400});
}

// A million letters in one word: quadratic work would take hours.
TEST(BytePairsTest, ALongWordTakesNotMuchLonger) {
  const BytePairs pairs = with_merges({{"a", "a"}, {"aa", "aa"}, {"aaaa", "aaaa"}});
  EXPECT_EQ(tokens_of(pairs, std::string(1'000'000, 'a')).size(), 125'000U);
}

TEST(BytePairsTest, AnswersAreOfWordsInTheVocabulary) {
  const BytePairs pairs =
      with_merges({{"o", "w"}, {"\xc4\xa0", "ow"}, {"l", "ow"}, {"\xc4\xa0", "low"}, {"L", "ow"}});
  const auto tokenizer = make_byte_pairs(pairs);
  EXPECT_EQ(tokenizer->words(), (std::vector<std::string>{" low", " ow"}));
  // " low" is l + ow, then " " + low; the merge " ow" stands no chance within it.
  const Speaker speaker(*tokenizer);
  EXPECT_EQ(speaker.size(), 2U);
  EXPECT_EQ(tokens_of(pairs, speaker.text(0)), Tokens{speaker.token(0)});
}

TEST(BytePairsTest, RefusesWhatIsNoByteLevelVocabulary) {
  BytePairs no_byte = bytes_only();
  no_byte.vocabulary.pop_back();
  EXPECT_THROW(make_byte_pairs(no_byte), Error);
  BytePairs no_token = bytes_only();
  no_token.merges = {{"a", "b"}};
  EXPECT_THROW(make_byte_pairs(no_token), Error);
  BytePairs no_pattern = bytes_only();
  no_pattern.pattern = "(";
  EXPECT_THROW(make_byte_pairs(no_pattern), Error);
  BytePairs nothing_added = bytes_only();
  nothing_added.added = {{"", 1}};
  EXPECT_THROW(make_byte_pairs(nothing_added), Error);
}

}  // namespace
}  // namespace spillway::kv
