// Settings from environment variables: SPILLWAY_NUM_USERS=50 is --num-users 50.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "scenario/settings.h"

namespace spillway::scenario {

using EnvironmentVariables = std::map<std::string, std::string>;

// The process's own. Only while no other thread changes them.
EnvironmentVariables process_environment();

// "num-users" is "SPILLWAY_NUM_USERS".
std::string variable_of(std::string_view setting);

// Sets what variables of the table's names give, with Origin::environment; a flag is "on" or "off".
// An Error lists every value that does not fit and every other variable that begins with SPILLWAY_,
// with the known name nearest to it: a mistyped one would else do nothing.
void apply_environment(const EnvironmentVariables& variables, Settings& settings);

}  // namespace spillway::scenario
