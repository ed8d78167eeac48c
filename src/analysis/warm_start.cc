// SPDX-License-Identifier: Apache-2.0
#include "analysis/warm_start.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

namespace spillway::analysis {
namespace {

// Texts in order, with the prompt they are of: two prompts may have one text.
using Texts = std::set<std::pair<std::string_view, const record::PromptFacts*>>;

std::size_t common(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

// The longest beginning that another of the texts has, too: one of its neighbours in their order.
std::size_t shared_beginning(const Texts& texts, const record::PromptFacts* prompt) {
  const auto own = texts.find({prompt->text, prompt});
  std::size_t longest = 0;
  if (own != texts.begin()) longest = common(prompt->text, std::prev(own)->first);
  const auto next = std::next(own);
  return next == texts.end() ? longest : std::max(longest, common(prompt->text, next->first));
}

}  // namespace

std::string_view name_of(CacheState state) {
  constexpr std::array<std::string_view, 3> kNames = {"cold", "warm", "unknown"};
  return kNames.at(static_cast<std::size_t>(state));
}

void WarmStart::add(const record::CompletionRow& row) {
  const Time answered = row.contents.empty() ? row.done : row.contents.front();
  const auto [found, fresh] = prompts_.try_emplace(row.prompt);
  Sendings& all = found->second;
  all.soonest = fresh ? answered : std::min(all.soonest, answered);
  if (!fresh && row.index > all.first) return;
  all.first = row.index;
  all.answered = answered;
  all.prompt_tokens = row.ok() ? row.prompt_tokens : std::nullopt;
  all.cached_tokens = row.ok() ? row.cached_tokens : std::nullopt;
}

CacheAtStart WarmStart::judge() const {
  std::vector<std::pair<Time, const record::PromptFacts*>> by_answer;
  by_answer.reserve(prompts_.size());
  for (const auto& [prompt, all] : prompts_) by_answer.emplace_back(all.soonest, prompt);
  std::ranges::sort(by_answer);
  CacheAtStart result;
  Texts texts;  // what may be stored: of those answered at one time, one for the other as well
  auto next = by_answer.begin();
  for (const auto& [when, prompt] : by_answer) {
    for (; next != by_answer.end() && next->first <= when; ++next) {
      texts.emplace(next->second->text, next->second);
    }
    const Sendings& all = prompts_.at(prompt);
    // What was sent again and answered before the first has stored all of it.
    if (all.soonest < all.answered || !all.prompt_tokens || !all.cached_tokens) continue;
    const auto tokens = static_cast<double>(*all.prompt_tokens);
    const auto cached = static_cast<double>(*all.cached_tokens);
    const double share = prompt->text.empty()
                             ? 1.0
                             : static_cast<double>(shared_beginning(texts, prompt)) /
                                   static_cast<double>(prompt->text.size());
    const double own = share * tokens;
    ++result.requests;
    if (cached <= own + kSlackTokens + kSlackShare * tokens) continue;
    ++result.warm_requests;
    result.foreign_tokens += static_cast<std::uint64_t>(cached - own);
  }
  if (result.requests > 0) {
    result.state = result.warm_requests > 0 ? CacheState::warm : CacheState::cold;
  }
  return result;
}

}  // namespace spillway::analysis
