// SPDX-License-Identifier: Apache-2.0
#include "workload/drive_phases.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <numeric>

#include "core/error.h"

namespace spillway::workload {
namespace {

// Seeds of warm-ups and pressure, which must not repeat the measured prompts.
constexpr std::uint64_t kStandardWarmup = 999;
constexpr std::uint64_t kEvictionWarmup = 7;
constexpr std::uint64_t kEvictionB = 100'003;
constexpr std::uint64_t kCopilotWarmup = 17;
constexpr std::size_t kErrorsShown = 20;

class Planner {
 public:
  Planner(const DrivePhaseOptions& options, const kv::Tokenizer& tokenizer)
      : options_(options), tokenizer_(tokenizer) {}

  DrivePhases plan() {
    switch (options_.scenario) {
      case DriveScenario::standard:
        standard();
        break;
      case DriveScenario::eviction_replay:
        eviction();
        break;
      case DriveScenario::reuse_verify:
        reuse();
        break;
      case DriveScenario::local_copilot_burst:
        copilot();
        break;
      case DriveScenario::rehydrate_replay:
        rehydrate();
        break;
    }
    return std::move(plan_);
  }

 private:
  // Their places.
  std::vector<std::size_t> keep(std::vector<DrivePrompt> prompts) {
    std::vector<std::size_t> places(prompts.size());
    std::iota(places.begin(), places.end(), plan_.prompts.size());
    std::ranges::move(prompts, std::back_inserter(plan_.prompts));
    return places;
  }

  void add(std::string name, std::vector<std::size_t> prompts, std::uint32_t concurrency,
           bool include = true) {
    plan_.phases.push_back({.name = std::move(name),
                            .prompts = std::move(prompts),
                            .concurrency = concurrency,
                            .include = include});
  }

  std::vector<std::size_t> set(std::string prefix, LengthSet lengths, std::size_t count,
                               std::uint64_t seed, std::string name = {}) {
    return keep(prompt_set({.prefix = std::move(prefix),
                            .set_name = std::move(name),
                            .lengths = lengths,
                            .short_range = options_.short_range,
                            .long_range = options_.long_range,
                            .count = count,
                            .seed = seed},
                           tokenizer_));
  }

  void standard() {
    if (options_.warmup > 0) {
      add("warmup",
          set("warmup", options_.prompt_set, options_.warmup, options_.seed + kStandardWarmup),
          options_.concurrency, false);
    }
    add("main", set("main", options_.prompt_set, options_.requests, options_.seed),
        options_.concurrency);
  }

  void eviction() {
    const std::uint32_t a = options_.eviction_a_concurrency.value_or(options_.concurrency);
    const std::uint32_t b =
        options_.eviction_b_concurrency.value_or(std::max(a, 2 * options_.concurrency));
    if (options_.warmup > 0) {
      add("warmup",
          set("warmup", LengthSet::long_, options_.warmup, options_.seed + kEvictionWarmup),
          options_.concurrency, false);
    }
    const auto first =
        set("A", LengthSet::long_, options_.eviction_a_requests, options_.seed, "replay_a");
    const auto second = set("B", LengthSet::long_, options_.eviction_b_requests,
                            options_.seed + kEvictionB, "replay_b");
    add("warm_A", first, a);
    add("pressure_B", second, b);
    add("replay_A", first, a);
  }

  void reuse() {
    const auto one = set("reuse", options_.reuse_set, 1, options_.seed);
    const std::size_t repeats = std::clamp<std::size_t>(options_.reuse_repeats, 2, 3);
    for (std::size_t i = 1; i <= repeats; ++i) add(fmt::format("reuse_{}", i), one, 1);
  }

  std::vector<std::size_t> bursts(std::string prefix, std::size_t count, std::uint64_t seed) {
    return keep(copilot_burst({.prefix = std::move(prefix),
                               .count = count,
                               .sessions = options_.copilot_sessions,
                               .burst = options_.copilot_burst,
                               .prefix_tokens = options_.copilot_prefix_tokens,
                               .seed = seed},
                              tokenizer_));
  }

  void copilot() {
    if (options_.warmup > 0) {
      add("warmup", bursts("copilot_warmup", options_.warmup, options_.seed + kCopilotWarmup),
          options_.concurrency, false);
    }
    add("copilot_burst", bursts("copilot_main", options_.requests, options_.seed),
        options_.concurrency);
  }

  void rehydrate() {
    const std::uint32_t populate = options_.populate_concurrency.value_or(options_.concurrency);
    const std::uint32_t thrash =
        options_.thrash_concurrency.value_or(std::max(populate, 2 * options_.concurrency));
    const std::uint32_t replay = options_.replay_concurrency.value_or(populate);
    RehydrateOptions stored = options_.rehydrate;
    stored.seed = options_.seed;
    RehydrateOptions pressing = stored;
    pressing.sessions = options_.rehydrate_thrash_sessions;
    const auto sessions = keep(rehydrate_populate(stored, tokenizer_));
    add("populate", sessions, populate);
    add("thrash", keep(rehydrate_thrash(pressing, tokenizer_)), thrash);
    for (std::size_t i = 1; i <= options_.replay_repeats; ++i) {
      add(i == 1 ? "replay" : fmt::format("replay_{}", i), sessions, replay);
    }
  }

  const DrivePhaseOptions& options_;
  const kv::Tokenizer& tokenizer_;
  DrivePhases plan_;
};

}  // namespace

DriveScenario drive_scenario_of(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames = {"standard", "eviction_replay", "reuse_verify",
                                                      "local_copilot_burst", "rehydrate_replay"};
  const auto* const found = std::ranges::find(kNames, name);
  if (found == kNames.end()) {
    throw Error(
        fmt::format("there is no scenario \"{}\"; give standard, eviction_replay, "
                    "reuse_verify, local_copilot_burst or rehydrate_replay",
                    name));
  }
  return static_cast<DriveScenario>(found - kNames.begin());
}

DrivePhases drive_phases(const DrivePhaseOptions& options, const kv::Tokenizer& tokenizer) {
  return Planner(options, tokenizer).plan();
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
    if (static_cast<std::int64_t>(prompt.tokens_est) <= preflight.ceiling_tokens) continue;
    preflight.failed = true;
    if (++preflight.failures > kErrorsShown) continue;
    preflight.errors.push_back(fmt::format("{}:{} has {} tokens, more than the {} that fit",
                                           prompt.set, prompt.id, prompt.tokens_est,
                                           preflight.ceiling_tokens));
  }
  return preflight;
}

}  // namespace spillway::workload
