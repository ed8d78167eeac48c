// WarmStart: whether a server had prompts of a run in its cache before the run sent them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "core/time.h"
#include "record/completion_row.h"

namespace spillway::analysis {

// unknown: no answer said how many of its tokens were cached.
enum class CacheState : std::uint8_t { cold, warm, unknown };
std::string_view name_of(CacheState state);

// Judged is each prompt where it is sent first, by the cached tokens that the server reports.
struct CacheAtStart {
  CacheState state = CacheState::unknown;
  std::uint64_t requests = 0;        // judged
  std::uint64_t warm_requests = 0;   // had more than the run can have put there
  std::uint64_t foreign_tokens = 0;  // of these: cached, beyond what the run can have put there
};

// Fed with every row of the run but those of checks, in any order. Memory grows with the number of
// prompts, not of requests.
class WarmStart {
 public:
  // What a server may find beyond our reckoning: frames of chat, counts of two tokenizers.
  static constexpr double kSlackTokens = 64;
  static constexpr double kSlackShare = 0.05;  // of a prompt

  void add(const record::CompletionRow& row);
  // The run can have put there what other prompts, answered before this one was, begin with as
  // well. Parts of texts stand for parts of tokens.
  CacheAtStart judge() const;

 private:
  // Of all requests with a prompt.
  struct Sendings {
    std::uint64_t first = 0;  // the lowest index, and what came of that one:
    Time answered{};          // its first text, else its end
    std::optional<std::uint64_t> prompt_tokens;
    std::optional<std::uint64_t> cached_tokens;
    Time soonest{};  // answered, of any
  };

  std::map<const record::PromptFacts*, Sendings> prompts_;
};

}  // namespace spillway::analysis
