// SPDX-License-Identifier: Apache-2.0
#include "serve/answer.h"

#include <algorithm>

#include "core/random.h"
#include "kv/token_blocks.h"

namespace spillway::serve {
namespace {

constexpr double kLongest = 1e9;

// A number of the whole prompt: its key as one block.
std::uint64_t identity_of(std::span<const kv::TokenId> prompt) {
  if (prompt.empty()) return 0;
  return kv::token_block_keys(prompt, Tokens(prompt.size()))[0].low;
}

}  // namespace

std::uint32_t natural_length(std::span<const kv::TokenId> prompt, std::uint64_t seed,
                             std::uint32_t mean_tokens) {
  Random random({.seed = seed ^ identity_of(prompt), .purpose = Purpose::length});
  const double length = std::min(random.exponential(mean_tokens), kLongest);
  return std::max(static_cast<std::uint32_t>(length), 1U);
}

Answer::Answer(std::span<const kv::TokenId> prompt, const AnswerOptions& options,
               const kv::Speaker& speaker) {
  std::uint32_t length = options.max_tokens;
  if (options.mean_tokens > 0 && !options.ignore_eos) {
    const std::uint32_t natural =
        std::max(natural_length(prompt, options.seed, options.mean_tokens), options.min_tokens);
    if (natural < length) {
      length = natural;
      finish_reason_ = "stop";
    }
  }
  say(speaker, kv::answer_words(prompt, options.seed, length, speaker));
  cut_at_stop(options);
}

void Answer::say(const kv::Speaker& speaker, std::span<const std::size_t> words) {
  tokens_.reserve(words.size());
  ends_.reserve(words.size());
  for (const std::size_t word : words) {
    tokens_.push_back(speaker.token(word));
    text_ += speaker.text(word);
    ends_.push_back(text_.size());
  }
}

// A stop string that is complete within the first min_tokens is passed over.
void Answer::cut_at_stop(const AnswerOptions& options) {
  std::size_t from = options.min_tokens == 0 ? 0 : text_.size();
  if (options.min_tokens > 0 && options.min_tokens <= ends_.size()) {
    from = ends_[options.min_tokens - 1];
  }
  std::size_t cut = std::string::npos;
  std::size_t completed = 0;
  for (const std::string& stop : options.stop) {
    if (stop.empty()) continue;
    const std::size_t first = from >= stop.size() ? from - stop.size() + 1 : 0;
    const std::size_t found = text_.find(stop, first);
    if (found == std::string::npos || found >= cut) continue;
    cut = found;
    completed = found + stop.size();
  }
  if (cut == std::string::npos) return;
  const auto last = std::ranges::lower_bound(ends_, completed);
  ends_.erase(last + 1, ends_.end());
  tokens_.resize(ends_.size());
  text_.resize(cut);
  for (std::size_t& end : ends_) end = std::min(end, cut);
  finish_reason_ = "stop";
}

std::string_view Answer::piece(std::size_t token) const {
  const std::size_t begin = token == 0 ? 0 : ends_[token - 1];
  return std::string_view(text_).substr(begin, ends_[token] - begin);
}

}  // namespace spillway::serve
