// SPDX-License-Identifier: Apache-2.0
#include "workload/drive_prompts.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/random.h"
#include "core/sha256.h"
#include "text/json_writer.h"
#include "workload/chat_template.h"
#include "workload/document_text.h"

namespace spillway::workload {
namespace {

// Seeds of parts that must not repeat each other: the harness's distances.
constexpr std::uint64_t kCopilotPrefix = 1'000'003;
constexpr std::uint64_t kPopulatePrefix = 7003;
constexpr std::uint64_t kThrash = 19'001;

constexpr std::array<std::uint64_t, 5> kShortLengths = {512, 768, 1024, 1536, 2048};
constexpr std::array<std::uint64_t, 5> kLongLengths = {8192, 12'288, 16'384, 24'576, 32'768};

constexpr std::array<std::string_view, 8> kQuestions = {
    "List the owners named in section {0} and what each of them has to prove.",
    "Which step of section {0} would you move, and what would it cost?",
    "Write the message that closes section {0} for a reader in a hurry.",
    "Compare the first and the last bullet of section {0} in two sentences.",
    "Name three risks that section {0} leaves open.",
    "Turn the checklist of section {0} into questions for an audit.",
    "What has to be measured before section {0} may begin?",
    "Summarise section {0} without its numbers."};

Random stream(std::uint64_t seed, std::uint64_t number) {
  return Random({.seed = seed, .purpose = Purpose::prompt, .user = 0, .request = number});
}

std::uint64_t draw_length(const std::array<std::uint64_t, 5>& lengths, const TokenRange& range,
                          Random& random) {
  std::vector<std::uint64_t> inside;
  for (const std::uint64_t length : lengths) {
    if (length >= range.low && length <= range.high) inside.push_back(length);
  }
  if (inside.empty()) return random.uniform_int(range.low, range.high);
  return inside[random.uniform_int(0, inside.size() - 1)];
}

std::string question(Random& random) {
  const std::string_view form = kQuestions.at(random.uniform_int(0, kQuestions.size() - 1));
  return fmt::format(fmt::runtime(form), random.uniform_int(1, 9));
}

void finish(DrivePrompt& prompt, std::string_view user_text, const kv::Tokenizer& tokenizer) {
  prompt.text = wrap_llama3(user_text);
  prompt.tokens_est = tokenizer.count(prompt.text);
  prompt.sha256 = sha256_hex(prompt.text);
}

// Sorted by key, as the manifests have them.
class Metadata {
 public:
  void put(const std::string& key, std::string_view text) {
    text::JsonWriter json;
    json.value(text);
    members_[key] = json.text();
  }
  void put(const std::string& key, std::uint64_t number) { members_[key] = std::to_string(number); }

  std::string json() const {
    text::JsonWriter json;
    json.begin_object();
    for (const auto& [key, value] : members_) json.key(key).raw(value);
    json.end_object();
    return json.text();
  }

 private:
  std::map<std::string, std::string> members_;
};

// A document that prompts have in common, and its digest.
struct Prefix {
  std::string text;
  std::string hash;
  std::uint64_t tokens = 0;
};

Prefix shared_prefix(std::string_view id, std::uint64_t target, const kv::Tokenizer& tokenizer,
                     Random random) {
  Prefix prefix;
  prefix.text = tuned_text(document_text(id, target, random), target, tokenizer,
                           [](std::string_view text) { return std::string(text); });
  prefix.hash = sha256_hex(prefix.text);
  prefix.tokens = tokenizer.count(prefix.text);
  return prefix;
}

struct Turn {
  std::string session;
  std::uint64_t index = 0;
};

DrivePrompt session_prompt(const Prefix& prefix, const Turn& turn, Metadata metadata,
                           const std::string& asked, const kv::Tokenizer& tokenizer) {
  DrivePrompt prompt;
  metadata.put("prefix_hash", prefix.hash);
  metadata.put("session_id", turn.session);
  metadata.put("session_turn_index", turn.index);
  prompt.metadata = metadata.json();
  prompt.prefix_hash = prefix.hash;
  prompt.session_id = turn.session;
  prompt.session_turn_index = turn.index;
  finish(prompt,
         fmt::format("{}\nRequest {} of {}: {}\n", prefix.text, turn.index, turn.session, asked),
         tokenizer);
  return prompt;
}

}  // namespace

std::string_view name_of(LengthSet set) {
  constexpr std::array<std::string_view, 3> kNames = {"short", "long", "mixed"};
  return kNames.at(static_cast<std::size_t>(set));
}

std::vector<DrivePrompt> prompt_set(const PromptSetOptions& options,
                                    const kv::Tokenizer& tokenizer) {
  std::vector<DrivePrompt> prompts;
  prompts.reserve(options.count);
  for (std::size_t i = 0; i < options.count; ++i) {
    Random random = stream(options.seed, i);
    const bool is_long = options.lengths == LengthSet::long_ ||
                         (options.lengths == LengthSet::mixed && random.uniform() < 0.5);
    DrivePrompt prompt;
    prompt.id = fmt::format("{}-{:05}", options.prefix, i);
    prompt.set =
        options.set_name.empty() ? std::string(name_of(options.lengths)) : options.set_name;
    prompt.target_tokens = is_long ? draw_length(kLongLengths, options.long_range, random)
                                   : draw_length(kShortLengths, options.short_range, random);
    const std::string document =
        document_text(fmt::format("{}-{}", prompt.id, options.seed), prompt.target_tokens, random);
    finish(prompt, tuned_text(document, prompt.target_tokens, tokenizer, wrap_llama3), tokenizer);
    prompts.push_back(std::move(prompt));
  }
  return prompts;
}

std::vector<DrivePrompt> copilot_burst(const CopilotOptions& options,
                                       const kv::Tokenizer& tokenizer) {
  const Prefix prefix =
      shared_prefix(fmt::format("project-handbook-{}", options.seed), options.prefix_tokens,
                    tokenizer, stream(options.seed + kCopilotPrefix, 0));
  std::vector<std::uint64_t> turns(options.sessions, 0);
  std::vector<DrivePrompt> prompts;
  prompts.reserve(options.count);
  for (std::size_t i = 0; i < options.count; ++i) {
    const std::size_t burst = i / options.burst;
    const std::size_t session = burst % options.sessions;
    Random random = stream(options.seed, i);
    Metadata metadata;
    metadata.put("workload", "local_project_copilot_shared_prefix_burst");
    metadata.put("shared_prefix_tokens_est", prefix.tokens);
    metadata.put("burst_index", burst + 1);
    metadata.put("burst_id", fmt::format("burst_{:04}", burst + 1));
    DrivePrompt prompt = session_prompt(
        prefix, {.session = fmt::format("session_{:02}", session + 1), .index = ++turns[session]},
        std::move(metadata), question(random), tokenizer);
    prompt.id = fmt::format("{}-{:05}", options.prefix, i);
    prompt.set = "local_copilot_burst";
    prompt.target_tokens = options.prefix_tokens;
    prompts.push_back(std::move(prompt));
  }
  return prompts;
}

std::vector<DrivePrompt> rehydrate_populate(const RehydrateOptions& options,
                                            const kv::Tokenizer& tokenizer) {
  std::vector<DrivePrompt> prompts;
  prompts.reserve(options.sessions * options.turns);
  for (std::size_t session = 1; session <= options.sessions; ++session) {
    const std::string name = fmt::format("rehydrate_session_{:04}", session);
    const Prefix prefix =
        shared_prefix(fmt::format("{}-{}", name, options.seed), options.prefix_tokens, tokenizer,
                      stream(options.seed + kPopulatePrefix, session));
    for (std::size_t turn = 1; turn <= options.turns; ++turn) {
      Random random = stream(options.seed, session * options.turns + turn);
      Metadata metadata;
      metadata.put("workload", "rehydrate_replay");
      metadata.put("phase_intent", "populate_or_replay");
      metadata.put("shared_prefix_tokens_est", prefix.tokens);
      DrivePrompt prompt = session_prompt(prefix, {.session = name, .index = turn},
                                          std::move(metadata), question(random), tokenizer);
      prompt.id = fmt::format("rehydrate_populate_{:04}_t{:02}", session, turn);
      prompt.set = "rehydrate_populate";
      prompt.target_tokens = options.prefix_tokens;
      prompts.push_back(std::move(prompt));
    }
  }
  return prompts;
}

std::vector<DrivePrompt> rehydrate_thrash(const RehydrateOptions& options,
                                          const kv::Tokenizer& tokenizer) {
  std::vector<DrivePrompt> prompts;
  prompts.reserve(options.sessions);
  for (std::size_t session = 1; session <= options.sessions; ++session) {
    const std::string name = fmt::format("thrash_session_{:04}", session);
    Random random = stream(options.seed + kThrash, 2 * session);
    const Prefix prefix =
        shared_prefix(fmt::format("{}-{}", name, options.seed), options.prefix_tokens, tokenizer,
                      stream(options.seed + kThrash, 2 * session + 1));
    Metadata metadata;
    metadata.put("workload", "rehydrate_replay");
    metadata.put("phase_intent", "thrash");
    DrivePrompt prompt = session_prompt(prefix, {.session = name, .index = 1}, std::move(metadata),
                                        question(random), tokenizer);
    prompt.id = fmt::format("rehydrate_thrash_{:04}", session);
    prompt.set = "rehydrate_thrash";
    prompt.target_tokens = options.prefix_tokens;
    prompts.push_back(std::move(prompt));
  }
  return prompts;
}

}  // namespace spillway::workload
