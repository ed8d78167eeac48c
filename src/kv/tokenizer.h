// What cuts text into tokens: an estimator, or the tokenizer of a model.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::kv {

// The number that a tokenizer has for a token.
using TokenId = std::uint32_t;

// Text is UTF-8; bytes that are not are cut somehow, never refused. Usable by many threads at once.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;
  virtual std::string_view name() const = 0;
  // Appends the tokens of `text`.
  virtual void encode(std::string_view text, std::vector<TokenId>& tokens) const = 0;
  // How many tokens encode() would append.
  virtual std::size_t count(std::string_view text) const = 0;
  // Texts of its vocabulary that answers may be made of: a space and small letters. One without a
  // vocabulary has none of its own.
  virtual std::vector<std::string> words() const { return {}; }
};

}  // namespace spillway::kv
