// Answer: what a model that is none says, known from the prompt and the seed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kv/speaker.h"
#include "kv/tokenizer.h"

namespace spillway::serve {

struct AnswerOptions {
  std::uint32_t max_tokens = 16;  // above zero
  std::uint32_t min_tokens = 0;   // before these nothing ends it
  bool ignore_eos = false;
  std::vector<std::string> stop = {};
  std::uint64_t seed = 0;
  std::uint32_t mean_tokens = 0;  // of answers that end by themselves; 0: none does
};

// One token is one word. The text ends before the first stop string that it would contain; the
// token that completes that is the last, as in engines, but is not shown.
class Answer {
 public:
  Answer(std::span<const kv::TokenId> prompt, const AnswerOptions& options,
         const kv::Speaker& speaker);

  const std::vector<kv::TokenId>& tokens() const { return tokens_; }
  // The text of one token, as far as it is shown; may be empty.
  std::string_view piece(std::size_t token) const;
  std::string_view text() const { return text_; }
  // "length" at max_tokens, "stop" when a stop string or the model's own end came first.
  std::string_view finish_reason() const { return finish_reason_; }

 private:
  void say(const kv::Speaker& speaker, std::span<const std::size_t> words);
  void cut_at_stop(const AnswerOptions& options);

  std::vector<kv::TokenId> tokens_;
  std::vector<std::size_t> ends_;  // of each token's text
  std::string text_;
  std::string_view finish_reason_ = "length";
};

// How long the answer would be if only the model ended it: an exponential length of this mean, the
// same for the same prompt and seed. Above zero.
std::uint32_t natural_length(std::span<const kv::TokenId> prompt, std::uint64_t seed,
                             std::uint32_t mean_tokens);

}  // namespace spillway::serve
