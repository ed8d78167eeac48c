// SPDX-License-Identifier: Apache-2.0
#include "workload/drive_phases.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <numeric>

#include "core/error.h"
#include "workload/plan_prompts.h"

namespace spillway::workload {
namespace {

constexpr std::size_t kErrorsShown = 20;

std::vector<DrivePrompt> prompts_of(const PromptGroup& group, const kv::Tokenizer& tokenizer,
                                    const Plan* plan) {
  const RehydrateOptions sessions{.sessions = group.count,
                                  .turns = group.turns,
                                  .prefix_tokens = group.prefix_tokens,
                                  .seed = group.seed};
  switch (group.kind) {
    case PromptKind::documents:
      return prompt_set({.prefix = group.name,
                         .set_name = group.set_name,
                         .lengths = group.lengths,
                         .short_range = group.short_range,
                         .long_range = group.long_range,
                         .count = group.count,
                         .seed = group.seed},
                        tokenizer);
    case PromptKind::bursts:
      return copilot_burst({.prefix = group.name,
                            .count = group.count,
                            .sessions = group.sessions,
                            .burst = group.burst,
                            .prefix_tokens = group.prefix_tokens,
                            .seed = group.seed},
                           tokenizer);
    case PromptKind::sessions:
      return rehydrate_populate(sessions, tokenizer);
    case PromptKind::other_sessions:
      return rehydrate_thrash(sessions, tokenizer);
    case PromptKind::workload:
      break;
  }
  check(plan != nullptr, "prompts of a workload come with its plan");
  return plan_prompts(*plan, group.name, group.count, tokenizer);
}

}  // namespace

std::string_view name_of(PhaseRole role) {
  constexpr std::array<std::string_view, 5> kNames = {"warmup", "measure", "baseline", "pressure",
                                                      "replay"};
  return kNames.at(static_cast<std::size_t>(role));
}

DrivePhases drive_phases(const ScenarioSpec& spec, const kv::Tokenizer& tokenizer,
                         const Plan* plan) {
  DrivePhases all;
  std::map<std::string_view, std::vector<std::size_t>> places;  // of each group's prompts
  for (const PromptGroup& group : spec.groups) {
    if (group.count == 0) {
      places[group.name];
      continue;
    }
    std::vector<DrivePrompt> prompts = prompts_of(group, tokenizer, plan);
    std::vector<std::size_t>& of_group = places[group.name];
    of_group.resize(prompts.size());
    std::iota(of_group.begin(), of_group.end(), all.prompts.size());
    std::ranges::move(prompts, std::back_inserter(all.prompts));
  }
  for (const PhaseSpec& phase : spec.phases) {
    const auto of_group = places.find(phase.prompts);
    if (of_group == places.end()) {
      throw Error(fmt::format("phase {}: there are no prompts {}", phase.name, phase.prompts));
    }
    if (of_group->second.empty()) continue;
    all.phases.push_back({.name = phase.name,
                          .prompts = of_group->second,
                          .concurrency = phase.concurrency,
                          .role = phase.role});
  }
  return all;
}

PromptPreflight check_prompts(const DrivePhases& phases, std::uint64_t engine_tokens,
                              std::uint64_t answer_tokens, std::uint64_t margin_tokens) {
  PromptPreflight preflight;
  preflight.ceiling_tokens = static_cast<std::int64_t>(engine_tokens) -
                             static_cast<std::int64_t>(answer_tokens) -
                             static_cast<std::int64_t>(margin_tokens);
  if (preflight.ceiling_tokens <= 0) {
    preflight.failed = true;
    preflight.failures = 1;
    preflight.errors.push_back(fmt::format(
        "configuration: of {} tokens that the engine takes, {} for the answer and {} of margin "
        "leave none for a prompt",
        engine_tokens, answer_tokens, margin_tokens));
    return preflight;
  }
  for (const DrivePrompt& prompt : phases.prompts) {
    const std::int64_t ceiling =
        static_cast<std::int64_t>(engine_tokens) - static_cast<std::int64_t>(margin_tokens) -
        static_cast<std::int64_t>(prompt.max_tokens.value_or(answer_tokens));
    if (static_cast<std::int64_t>(prompt.tokens_est) <= ceiling) continue;
    preflight.failed = true;
    if (++preflight.failures > kErrorsShown) continue;
    preflight.errors.push_back(fmt::format("{}:{} has {} tokens, more than the {} that fit",
                                           prompt.set, prompt.id, prompt.tokens_est, ceiling));
  }
  return preflight;
}

}  // namespace spillway::workload
