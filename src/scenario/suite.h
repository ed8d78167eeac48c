// Suite: the workloads that the MLPerf KV-cache benchmark's scripts run one after another, sized
// for a machine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/load_settings.h"

namespace spillway::scenario {

// What the sizes come from.
struct SuiteMachine {
  std::uint64_t ram_gib = 32;
  std::optional<double> gpu_gib = std::nullopt;  // none: the gpu tier's size is made up
};
// GiB of RAM rounded down, 32 if unknown; of the card truncated to a tenth.
SuiteMachine suite_machine();

// Times in seconds. `quick`: the same shape on small sizes, about five minutes in all; the times
// are then those of the constants in suite.cc unless set here.
struct SuiteOptions {
  std::string model = "llama3.1-8b";
  std::optional<std::uint64_t> tier_s = std::nullopt;        // 120
  std::optional<std::uint64_t> saturation_s = std::nullopt;  // 180
  std::optional<std::uint64_t> production_s = std::nullopt;  // 180
  std::optional<std::uint64_t> autoscale_s = std::nullopt;   // 300
  std::optional<std::uint64_t> users = std::nullopt;         // 50
  std::optional<std::uint64_t> high_users = std::nullopt;    // 10 a GiB of RAM, 50 to 300
  std::string workloads = {};                                // names with commas; empty: all
  bool rag = false;
  std::uint64_t documents = 10;
  bool modelled_gpu = true;  // false: what needs a card is skipped where there is none
  bool quick = false;
};

// One run of the benchmark. `name` is also that of its directory, `result` that of the MLPerf
// benchmark's file, without ".json".
struct SuiteRun {
  std::string name;
  std::string result;
  std::string title;
  std::string purpose;
  std::vector<GivenValue> settings;
  std::string skipped = {};  // why it is not run; empty: it is
};

struct SuitePlan {
  std::vector<SuiteRun> runs;         // in the order of the scripts
  std::vector<std::string> warnings;  // what was changed of what was asked for
};

// Throws Error for a name that there is not, listing those that there are.
SuitePlan plan_suite(const SuiteOptions& options, const SuiteMachine& machine);

// Lines for people: names, other spellings, what they are for.
std::string suite_workloads_text();

}  // namespace spillway::scenario
