// Scenarios against a serving endpoint as YAML: which prompts, which phases, what each is for.
// docs/drive.md has the keys. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenario/settings.h"
#include "workload/drive_phases.h"

namespace spillway::scenario {

struct ScenarioText {
  std::string name;  // "rehydrate_replay"; of a file its name without directory and ending
  std::string file;  // for messages
  std::string yaml;
};

// Of those that the program brings, by name, else of a file. Throws Error that lists the names.
ScenarioText find_scenario(const std::string& name_or_path);

// Sets what its section `settings` gives, where nobody else has given the setting. Throws Error
// that names the line.
void apply_scenario_settings(const ScenarioText& text, Settings& settings);

// Its phases, with `$name` for the setting of that name. Throws Error that names the line of an
// unknown key, a setting that is not there or has no value, a phase without prompts.
workload::ScenarioSpec read_scenario(const ScenarioText& text, const Settings& settings);

// Those that the program brings: the files of scenarios/, made part of it when it is built.
struct BuiltInScenario {
  std::string_view name;
  std::string_view yaml;
};
const std::vector<BuiltInScenario>& built_in_scenarios();

}  // namespace spillway::scenario
