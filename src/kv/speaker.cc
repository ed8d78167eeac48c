// SPDX-License-Identifier: Apache-2.0
#include "kv/speaker.h"

#include <fmt/core.h>

#include <array>

#include "core/error.h"
#include "core/random.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace spillway::kv {
namespace {

// 16 beginnings times 32 endings: plain words of ASCII letters, English or nearly so.
constexpr std::array<std::string_view, 16> kBeginnings = {
    "b", "br", "c", "cl", "d", "f", "gr", "h", "l", "m", "p", "pl", "r", "s", "st", "t"};
constexpr std::array<std::string_view, 32> kEndings = {
    "ack", "ade", "ail", "ain", "ake", "ale", "ame", "and", "ane", "ank", "ap",
    "ar",  "ash", "at",  "ate", "ave", "ay",  "eed", "ell", "end", "est", "ice",
    "ick", "ill", "ine", "ing", "ip",  "ock", "one", "ore", "ump", "ush"};

std::vector<std::string> own_words() {
  std::vector<std::string> words;
  words.reserve(kBeginnings.size() * kEndings.size());
  for (const std::string_view beginning : kBeginnings) {
    for (const std::string_view ending : kEndings) {
      words.push_back(fmt::format(" {}{}", beginning, ending));
    }
  }
  return words;
}

}  // namespace

Speaker::Speaker(const Tokenizer& tokenizer) {
  std::vector<std::string> candidates = tokenizer.words();
  if (candidates.empty()) candidates = own_words();
  std::vector<TokenId> tokens;
  for (std::string& text : candidates) {
    tokens.clear();
    tokenizer.encode(text, tokens);
    if (tokens.size() == 1) words_.push_back({.text = std::move(text), .token = tokens[0]});
  }
  if (words_.empty()) {
    throw Error(
        fmt::format("choose the words of answers: tokenizer {} makes none of {} words one "
                    "token; use the estimator",
                    tokenizer.name(), candidates.size()));
  }
  check_row(tokenizer);
}

void Speaker::check_row(const Tokenizer& tokenizer) const {
  std::string row;
  std::vector<TokenId> alone;
  for (const Word& word : words_) {
    row += word.text;
    alone.push_back(word.token);
  }
  std::vector<TokenId> together;
  tokenizer.encode(row, together);
  if (together == alone) return;
  throw Error(
      fmt::format("choose the words of answers: tokenizer {} gives words in a row other "
                  "tokens than each alone; use the estimator",
                  tokenizer.name()));
}

std::vector<std::size_t> answer_words(std::span<const TokenId> prompt, std::uint64_t seed,
                                      std::size_t count, const Speaker& speaker) {
  const std::uint64_t said = XXH3_64bits(prompt.data(), prompt.size_bytes());
  Random random(named_stream(seed, Purpose::answer, said));
  std::vector<std::size_t> words(count);
  for (std::size_t& word : words) word = random.uniform_int(0, speaker.size() - 1);
  return words;
}

}  // namespace spillway::kv
