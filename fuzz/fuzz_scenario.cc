// Any bytes are a scenario or an Error; its phases are of prompts that there are, and can be sent.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/error.h"
#include "scenario/drive_rows.h"
#include "scenario/scenario_file.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spillway;
  const scenario::ScenarioText text{
      .name = "input", .file = "input.yaml", .yaml = {data, data + size}};
  scenario::Settings settings(scenario::drive_rows(), "drive");
  workload::ScenarioSpec spec;
  try {
    scenario::apply_scenario_settings(text, settings);
    spec = scenario::read_scenario(text, settings);
  } catch (const Error&) {
    return 0;
  }
  check(!spec.phases.empty(), "a scenario has a phase");
  for (const workload::PhaseSpec& phase : spec.phases) {
    check(phase.concurrency > 0, "a phase sends something at a time");
    check(std::ranges::count(spec.groups, phase.prompts, &workload::PromptGroup::name) > 0,
          "a phase has prompts");
    check(std::ranges::count(spec.phases, phase.name, &workload::PhaseSpec::name) == 1,
          "a phase has a name of its own");
  }
  return 0;
}
