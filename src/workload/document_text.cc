// SPDX-License-Identifier: Apache-2.0
#include "workload/document_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace spillway::workload {
namespace {

constexpr std::uint64_t kFewestWords = 220;
constexpr int kTuningRounds = 16;

constexpr std::array<std::string_view, 10> kTopics = {
    "storage tiering",     "release planning", "incident response", "capacity forecasts",
    "vendor evaluation",   "data retention",   "network upgrades",  "access reviews",
    "backup verification", "cost allocation"};
constexpr std::array<std::string_view, 10> kSubjects = {
    "the platform team", "each region",     "the night shift",  "a reviewer",      "the scheduler",
    "every tenant",      "the audit board", "our largest site", "the cache layer", "a new service"};
constexpr std::array<std::string_view, 10> kActions = {
    "records",  "compares", "drains",    "restores", "measures",
    "migrates", "approves", "documents", "isolates", "schedules"};
constexpr std::array<std::string_view, 10> kQualifiers = {
    "before the weekly window",     "without losing a request",  "under sustained load",
    "with two witnesses",           "after a clean restart",     "within the agreed budget",
    "once the counters are stable", "while traffic is mirrored", "against the signed baseline",
    "in the smallest safe step"};

std::string_view one_of(const std::array<std::string_view, 10>& words, Random& random) {
  return words.at(random.uniform_int(0, words.size() - 1));
}

std::uint64_t words_in(std::string_view text) {
  std::uint64_t words = 0;
  bool inside = false;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t';
    words += !blank && !inside ? 1 : 0;
    inside = !blank;
  }
  return words;
}

std::string section_text(std::uint64_t number, Random& random) {
  std::string section = fmt::format("Section {}: how {} {} {}\n", number, one_of(kSubjects, random),
                                    one_of(kActions, random), one_of(kTopics, random));
  const int bullets = number % 2 == 1 ? 6 : 7;
  for (int bullet = 0; bullet < bullets; ++bullet) {
    fmt::format_to(std::back_inserter(section), "- {} {} item {} {}.\n", one_of(kSubjects, random),
                   one_of(kActions, random), random.uniform_int(1, 999),
                   one_of(kQualifiers, random));
  }
  fmt::format_to(std::back_inserter(section), "Checklist {}: owner, date, evidence, follow-up.\n\n",
                 number);
  return section;
}

// The text without its last words, so that `words` of them are left.
std::string_view first_words(std::string_view text, std::uint64_t words) {
  std::uint64_t seen = 0;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool blank = text[i] == ' ' || text[i] == '\n' || text[i] == '\t';
    if (!blank && !inside && ++seen > words) return text.substr(0, i);
    inside = !blank;
  }
  return text;
}

}  // namespace

std::string document_text(std::string_view id, std::uint64_t target_tokens, Random& random) {
  std::string text = fmt::format(
      "Document {}\nTopic: {}\nRead the document, then answer the request at its end.\n\n", id,
      one_of(kTopics, random));
  const std::uint64_t wanted = std::max(kFewestWords, target_tokens * 66 / 100);
  std::uint64_t words = words_in(text);
  for (std::uint64_t number = 1; words < wanted; ++number) {
    const std::string section = section_text(number, random);
    words += words_in(section);
    text += section;
  }
  return text;
}

std::string tuned_text(std::string text, std::uint64_t target, const kv::Tokenizer& tokenizer,
                       const std::function<std::string(std::string_view)>& prompt_of) {
  const auto tokens = [&](std::string_view of) { return tokenizer.count(prompt_of(of)); };
  for (int round = 0; round < kTuningRounds; ++round) {
    const std::uint64_t count = tokens(text);
    if (count >= target) break;
    for (std::uint64_t missing = target - count; missing > 0; --missing) text += " context";
  }
  if (tokens(text) <= target + kTuningTolerance) return text;
  std::uint64_t low = 0;  // so many words are not too many
  std::uint64_t high = words_in(text);
  while (low + 1 < high) {
    const std::uint64_t middle = (low + high) / 2;
    (tokens(first_words(text, middle)) <= target ? low : high) = middle;
  }
  return std::string(first_words(text, low));
}

}  // namespace spillway::workload
