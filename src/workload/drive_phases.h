// The phases of the scenarios against a serving endpoint: which prompts, in which order, how many
// at a time. After the DGX Spark harness, section 4. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kv/tokenizer.h"
#include "workload/drive_prompts.h"

namespace spillway::workload {

enum class DriveScenario : std::uint8_t {
  standard,
  eviction_replay,
  reuse_verify,
  local_copilot_burst,
  rehydrate_replay
};
// "standard", ...; anything else is an Error.
DriveScenario drive_scenario_of(std::string_view name);

// Counts are of requests, sessions and turns; what is not given follows from the others.
struct DrivePhaseOptions {
  DriveScenario scenario = DriveScenario::standard;
  LengthSet prompt_set = LengthSet::short_;
  TokenRange short_range{.low = 512, .high = 2048};
  TokenRange long_range{.low = 6000, .high = 7600};
  std::size_t requests = 64;
  std::size_t warmup = 8;
  std::uint32_t concurrency = 1;
  std::uint64_t seed = 1337;
  std::size_t eviction_a_requests = 32;
  std::size_t eviction_b_requests = 64;
  std::optional<std::uint32_t> eviction_a_concurrency;
  std::optional<std::uint32_t> eviction_b_concurrency;
  std::size_t reuse_repeats = 3;  // 2 or 3
  LengthSet reuse_set = LengthSet::short_;
  std::size_t copilot_sessions = 8;
  std::size_t copilot_burst = 4;
  std::uint64_t copilot_prefix_tokens = 3072;
  RehydrateOptions rehydrate;  // its seed is that above
  std::size_t rehydrate_thrash_sessions = 96;
  std::optional<std::uint32_t> populate_concurrency;
  std::optional<std::uint32_t> thrash_concurrency;
  std::optional<std::uint32_t> replay_concurrency;
  std::size_t replay_repeats = 1;
};

struct DrivePhase {
  std::string name;
  std::vector<std::size_t> prompts;  // places in DrivePhases::prompts, in the order of sending
  std::uint32_t concurrency = 1;
  bool include = true;  // in the figures of the whole run
};

struct DrivePhases {
  std::vector<DrivePrompt> prompts;  // each once, however often it is sent
  std::vector<DrivePhase> phases;
};

DrivePhases drive_phases(const DrivePhaseOptions& options, const kv::Tokenizer& tokenizer);

// Whether every prompt fits into the engine beside its answer (section 3.5).
struct PromptPreflight {
  bool failed = false;
  std::int64_t ceiling_tokens = 0;
  std::vector<std::string> errors;  // the first 20
  std::uint64_t failures = 0;
};
PromptPreflight check_prompts(const DrivePhases& phases, std::uint64_t engine_tokens,
                              std::uint64_t answer_tokens, std::uint64_t margin_tokens);

}  // namespace spillway::workload
