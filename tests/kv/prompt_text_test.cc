// SPDX-License-Identifier: Apache-2.0
#include "kv/prompt_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kv/estimator.h"
#include "kv/token_blocks.h"

namespace spillway::kv {
namespace {

using testing::StartsWith;

class PromptTextTest : public testing::Test {
 protected:
  std::string text(const Prompt& prompt) const { return prompt_text(prompt, speaker_); }
  std::vector<BlockKey> keys(const Prompt& prompt, Tokens block) const {
    std::vector<TokenId> tokens;
    tokenizer_->encode(text(prompt), tokens);
    return token_block_keys(tokens, block);
  }

  std::unique_ptr<Tokenizer> tokenizer_ = make_estimator();
  Speaker speaker_{*tokenizer_};
};

TEST_F(PromptTextTest, HasAsManyTokensAsThePrompt) {
  const Prompt prompt{
      .pieces = {{.id = 7, .tokens = Tokens(300)}, {.id = 8, .tokens = Tokens(41)}}};
  EXPECT_EQ(tokenizer_->count(text(prompt)), 341U);
  EXPECT_EQ(text(Prompt()), "");
}

TEST_F(PromptTextTest, ALongerPieceBeginsWithTheShorter) {
  const std::string shorter = text({.pieces = {{.id = 7, .tokens = Tokens(5)}}});
  EXPECT_THAT(text({.pieces = {{.id = 7, .tokens = Tokens(9)}}}), StartsWith(shorter));
  EXPECT_NE(text({.pieces = {{.id = 8, .tokens = Tokens(5)}}}), shorter);
  EXPECT_NE(text({.scope = 1, .pieces = {{.id = 7, .tokens = Tokens(5)}}}), shorter);
}

TEST_F(PromptTextTest, TwoPromptsShareTheBlocksThatTheirPiecesShare) {
  const Prompt one{.pieces = {{.id = 1, .tokens = Tokens(40)}, {.id = 2, .tokens = Tokens(60)}}};
  const Prompt two{.pieces = {{.id = 1, .tokens = Tokens(40)}, {.id = 3, .tokens = Tokens(60)}}};
  const Prompt cut{.pieces = {{.id = 1, .tokens = Tokens(39)}, {.id = 2, .tokens = Tokens(60)}}};
  const Tokens block(16);
  for (const Prompt& other : {two, cut}) {
    const std::vector<BlockKey> mine = keys(one, block);
    const std::vector<BlockKey> its = keys(other, block);
    ASSERT_EQ(mine.size(), 6U);
    EXPECT_EQ(mine[1], its[1]);
    EXPECT_NE(mine[2], its[2]) << "the block in which they part";
    EXPECT_NE(mine[5], its[5]);
  }
}

}  // namespace
}  // namespace spillway::kv
