// SPDX-License-Identifier: Apache-2.0
#include "kv/speaker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/error.h"
#include "kv/estimator.h"

namespace spillway::kv {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

// One token a byte: no word is one token.
class Letters : public Tokenizer {
 public:
  std::string_view name() const override { return "letters"; }
  void encode(std::string_view text, std::vector<TokenId>& tokens) const override {
    tokens.insert(tokens.end(), text.begin(), text.end());
  }
  std::size_t count(std::string_view text) const override { return text.size(); }
};

// One token whatever the text: words in a row are not what they are alone.
class Lump : public Tokenizer {
 public:
  std::string_view name() const override { return "lump"; }
  void encode(std::string_view, std::vector<TokenId>& tokens) const override {
    tokens.push_back(1);
  }
  std::size_t count(std::string_view) const override { return 1; }
};

TEST(Speaker, KnowsDifferentWordsThatBeginWithASpace) {
  const Speaker speaker(*make_estimator());
  ASSERT_EQ(speaker.size(), 512U);
  std::set<TokenId> tokens;
  for (std::size_t i = 0; i < speaker.size(); ++i) {
    EXPECT_EQ(speaker.text(i).front(), ' ');
    tokens.insert(speaker.token(i));
  }
  EXPECT_EQ(tokens.size(), 512U);
}

TEST(Speaker, SaysAnswersThatEncodeToTheirTokens) {
  const auto estimator = make_estimator();
  const Speaker speaker(*estimator);
  std::string text;
  std::vector<TokenId> said;
  for (const std::size_t word : answer_words(std::array<TokenId, 2>{5, 6}, 1, 1000, speaker)) {
    text += speaker.text(word);
    said.push_back(speaker.token(word));
  }
  std::vector<TokenId> heard;
  estimator->encode(text, heard);
  EXPECT_EQ(heard, said);
}

TEST(Speaker, RefusesATokenizerThatHasNoneOfItsWords) {
  EXPECT_THAT([] { const Speaker speaker{Letters()}; },
              ThrowsMessage<Error>(HasSubstr("letters makes none of 512 words one token")));
}

TEST(Speaker, RefusesATokenizerThatJoinsWords) {
  EXPECT_THAT([] { const Speaker speaker{Lump()}; },
              ThrowsMessage<Error>(HasSubstr("lump gives words in a row other tokens")));
}

TEST(AnswerWords, BeginTheSameHoweverManyAreAsked) {
  const Speaker speaker(*make_estimator());
  const std::array<TokenId, 3> prompt = {1, 2, 3};
  const auto few = answer_words(prompt, 7, 10, speaker);
  const auto many = answer_words(prompt, 7, 100, speaker);
  ASSERT_EQ(few.size(), 10U);
  ASSERT_EQ(many.size(), 100U);
  EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
  EXPECT_TRUE(answer_words(prompt, 7, 0, speaker).empty());
}

TEST(AnswerWords, DependOnEveryTokenOfThePromptAndOnTheSeed) {
  const Speaker speaker(*make_estimator());
  const auto answer = answer_words(std::array<TokenId, 2>{1, 2}, 7, 20, speaker);
  EXPECT_NE(answer, answer_words(std::array<TokenId, 2>{1, 3}, 7, 20, speaker));
  EXPECT_NE(answer, answer_words(std::array<TokenId, 2>{2, 1}, 7, 20, speaker));
  EXPECT_NE(answer, answer_words(std::array<TokenId, 2>{1, 2}, 8, 20, speaker));
}

}  // namespace
}  // namespace spillway::kv
