// The phases of a scenario against a serving endpoint: which prompts, in which order, how many at a
// time. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kv/tokenizer.h"
#include "workload/drive_prompts.h"
#include "workload/plan.h"

namespace spillway::workload {

// What a phase is for. A run's verdicts on reuse compare the first of each of the last three.
enum class PhaseRole : std::uint8_t {
  warmup,    // not in the figures of the run
  measure,   // in them, and nothing more
  baseline,  // fills the cache
  pressure,  // presses what was there out of the fast tiers
  replay     // asks for it again
};
std::string_view name_of(PhaseRole role);

// documents: prompt_set(). bursts: copilot_burst(). sessions: rehydrate_populate(), with turns.
// other_sessions: rehydrate_thrash(), one turn each. workload: plan_prompts().
enum class PromptKind : std::uint8_t { documents, bursts, sessions, other_sessions, workload };

// What prompts are made of; which fields count depends on the kind.
struct PromptGroup {
  std::string name;  // also what ids begin with
  PromptKind kind = PromptKind::documents;
  // Documents, requests of bursts or of a plan, sessions; 0: phases of it are left out.
  std::size_t count = 0;
  std::uint64_t seed = 0;
  std::string set_name = {};  // of documents; empty: that of the lengths
  LengthSet lengths = LengthSet::short_;
  TokenRange short_range{.low = 512, .high = 2048};
  TokenRange long_range{.low = 6000, .high = 7600};
  std::size_t sessions = 8;  // of bursts
  std::size_t burst = 4;     // of bursts: turns of one session in a row
  std::size_t turns = 2;     // of sessions
  std::uint64_t prefix_tokens = 4096;
};

struct PhaseSpec {
  std::string name;
  PhaseRole role = PhaseRole::measure;
  std::string prompts;  // name of a group
  std::uint32_t concurrency = 1;
};

// A scenario, all numbers known.
struct ScenarioSpec {
  std::vector<PromptGroup> groups;
  std::vector<PhaseSpec> phases;
};

struct DrivePhase {
  std::string name;
  std::vector<std::size_t> prompts;  // places in DrivePhases::prompts, in the order of sending
  std::uint32_t concurrency = 1;
  PhaseRole role = PhaseRole::measure;

  bool include() const { return role != PhaseRole::warmup; }  // in the figures of the run
};

struct DrivePhases {
  std::vector<DrivePrompt> prompts;  // each once, however often it is sent
  std::vector<DrivePhase> phases;
};

// `plan`: of groups of the kind `workload`, null when there are none. Throws Error for a phase of a
// group that is not there.
DrivePhases drive_phases(const ScenarioSpec& spec, const kv::Tokenizer& tokenizer,
                         const Plan* plan = nullptr);

// Whether every prompt fits into the engine beside its answer (section 3.5).
// `answer_tokens`: of prompts that do not say.
struct PromptPreflight {
  bool failed = false;
  std::int64_t ceiling_tokens = 0;
  std::vector<std::string> errors;  // the first 20
  std::uint64_t failures = 0;
};
PromptPreflight check_prompts(const DrivePhases& phases, std::uint64_t engine_tokens,
                              std::uint64_t answer_tokens, std::uint64_t margin_tokens);

}  // namespace spillway::workload
