// SPDX-License-Identifier: Apache-2.0
#include "scenario/load_settings.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "scenario/faults.h"
#include "scenario/presets.h"

namespace spillway::scenario {
namespace {

constexpr std::string_view kPreset = "preset";
constexpr std::string_view kConfig = "config";

// What these two say about a setting that decides what else is read.
std::optional<std::string> early(std::string_view setting, const EnvironmentVariables& environment,
                                 std::span<const GivenValue> command_line) {
  const auto given = std::ranges::find(command_line, setting, &GivenValue::setting);
  if (given != command_line.end()) return given->text;
  const auto variable = environment.find(variable_of(setting));
  if (variable == environment.end()) return std::nullopt;
  return variable->second;
}

}  // namespace

ConfigFile load_settings(const EnvironmentVariables& environment,
                         std::span<const GivenValue> command_line, Settings& settings) {
  Faults faults;
  ConfigFile file;
  const auto preset = early(kPreset, environment, command_line);
  // A name that there is not is refused below, where it is set.
  if (preset && find_preset(*preset) != nullptr) {
    faults.attempt([&] { apply_preset(*preset, settings); });
  }
  if (const auto path = early(kConfig, environment, command_line); path && !path->empty()) {
    faults.attempt([&] { file = apply_config_file(*path, settings); });
  }
  faults.attempt([&] { apply_environment(environment, settings); });
  for (const GivenValue& value : command_line) {
    faults.attempt([&] { settings.set(value.setting, value.text, record::Origin::command_line); });
  }
  faults.raise();
  return file;
}

}  // namespace spillway::scenario
