// Brings settings together: built-in < preset < file < environment < command line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "scenario/config_file.h"
#include "scenario/environment_variables.h"
#include "scenario/settings.h"

namespace spillway::scenario {

// One value of the command line.
struct GivenValue {
  std::string setting;
  std::string text;
};

// Applies every source in the order of its strength, each value with its origin. The settings
// `preset` and `config`, where the table has them, choose preset and file; they come from the
// environment or the command line. Throws one Error with all that is wrong in all sources, a line
// each. Returns what the file holds beside settings.
ConfigFile load_settings(const EnvironmentVariables& environment,
                         std::span<const GivenValue> command_line, Settings& settings);

}  // namespace spillway::scenario
