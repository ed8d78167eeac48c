// The words that an answer is made of, for an endpoint that answers without a model.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kv/tokenizer.h"

namespace spillway::kv {

// Words of which each is one token and begins with a space, so that a text of n of them has n
// tokens and, sent back as part of a prompt, the ids that token() gave.
class Speaker {
 public:
  // Keeps those of the tokenizer's words, or else of 512 of ours, that it makes one token; it is not
  // used later.
  // Throws Error when none is left, or when words in a row get other ids than alone.
  explicit Speaker(const Tokenizer& tokenizer);

  std::size_t size() const { return words_.size(); }
  std::string_view text(std::size_t word) const { return words_[word].text; }
  TokenId token(std::size_t word) const { return words_[word].token; }

 private:
  struct Word {
    std::string text;
    TokenId token = 0;
  };

  void check_row(const Tokenizer& tokenizer) const;

  std::vector<Word> words_;
};

// The words of an answer of `count` tokens to a prompt. They depend on the prompt's tokens and the
// seed alone; a longer answer begins with the shorter one.
std::vector<std::size_t> answer_words(std::span<const TokenId> prompt, std::uint64_t seed,
                                      std::size_t count, const Speaker& speaker);

}  // namespace spillway::kv
