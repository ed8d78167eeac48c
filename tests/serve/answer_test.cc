// SPDX-License-Identifier: Apache-2.0
#include "serve/answer.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "kv/estimator.h"

namespace spillway::serve {
namespace {

class AnswerTest : public testing::Test {
 protected:
  Answer say(const AnswerOptions& options) const { return {prompt_, options, speaker_}; }
  static std::string pieces(const Answer& answer) {
    std::string all;
    for (std::size_t i = 0; i < answer.tokens().size(); ++i) all += answer.piece(i);
    return all;
  }

  std::unique_ptr<kv::Tokenizer> tokenizer_ = kv::make_estimator();
  kv::Speaker speaker_{*tokenizer_};
  std::vector<kv::TokenId> prompt_ = {1, 2, 3};
};

TEST_F(AnswerTest, HasAsManyTokensAsItMay) {
  const Answer answer = say({.max_tokens = 7});
  EXPECT_EQ(answer.tokens().size(), 7U);
  EXPECT_EQ(answer.finish_reason(), "length");
  EXPECT_EQ(tokenizer_->count(answer.text()), 7U);
  EXPECT_EQ(pieces(answer), answer.text());
}

// Sent back in a later prompt, its words are the same tokens.
TEST_F(AnswerTest, ItsTextGivesItsTokensAgain) {
  const Answer answer = say({.max_tokens = 50});
  std::vector<kv::TokenId> again;
  tokenizer_->encode(answer.text(), again);
  EXPECT_EQ(again, answer.tokens());
}

TEST_F(AnswerTest, DependsOnPromptAndSeedAlone) {
  EXPECT_EQ(say({.max_tokens = 20}).text(), say({.max_tokens = 20}).text());
  EXPECT_NE(say({.max_tokens = 20}).text(), say({.max_tokens = 20, .seed = 1}).text());
  const Answer other(std::vector<kv::TokenId>{1, 2, 4}, {.max_tokens = 20}, speaker_);
  EXPECT_NE(say({.max_tokens = 20}).text(), other.text());
}

TEST_F(AnswerTest, EndsBeforeAStopString) {
  const Answer whole = say({.max_tokens = 10});
  const std::string third(whole.piece(2));
  const Answer cut = say({.max_tokens = 10, .stop = {third.substr(1)}});
  EXPECT_EQ(cut.finish_reason(), "stop");
  EXPECT_EQ(cut.tokens().size(), 3U);  // the third was said, and not shown
  EXPECT_EQ(cut.text(), std::string(whole.piece(0)) + std::string(whole.piece(1)) + " ");
  EXPECT_EQ(pieces(cut), cut.text());
}

TEST_F(AnswerTest, TheFirstOfSeveralStopStringsCounts) {
  const Answer whole = say({.max_tokens = 10});
  const Answer cut = say(
      {.max_tokens = 10, .stop = {std::string(whole.piece(5)), std::string(whole.piece(1)), ""}});
  EXPECT_EQ(cut.text(), whole.piece(0));
}

TEST_F(AnswerTest, NothingEndsItBeforeTheLeastTokens) {
  const Answer whole = say({.max_tokens = 10});
  const Answer kept =
      say({.max_tokens = 10, .min_tokens = 6, .stop = {std::string(whole.piece(2))}});
  EXPECT_GE(kept.tokens().size(), 6U);
  EXPECT_EQ(say({.max_tokens = 500, .min_tokens = 300, .mean_tokens = 2}).tokens().size(), 300U);
}

TEST_F(AnswerTest, EndsByItselfUnlessItMustNot) {
  const Answer ended = say({.max_tokens = 100'000, .mean_tokens = 8});
  EXPECT_EQ(ended.finish_reason(), "stop");
  EXPECT_LT(ended.tokens().size(), 1000U);
  EXPECT_EQ(say({.max_tokens = 900, .ignore_eos = true, .mean_tokens = 8}).tokens().size(), 900U);
}

TEST(NaturalLengthTest, HasTheMeanThatItIsGiven) {
  double sum = 0;
  constexpr std::uint32_t kAnswers = 4000;
  for (std::uint32_t i = 0; i < kAnswers; ++i) {
    sum += natural_length(std::vector<kv::TokenId>{i}, 7, 200);
  }
  EXPECT_NEAR(sum / kAnswers, 200, 13);  // 4 standard errors of an exponential
}

}  // namespace
}  // namespace spillway::serve
