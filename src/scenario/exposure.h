// Who may use an endpoint of ours: its key, and the addresses that need one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "scenario/settings.h"

namespace spillway::scenario {

// The first line of a file that a flag names. Throws Error when it has none.
std::string first_line_of(const std::string& path, std::string_view flag);

// What --api-key says, or the first line of --api-key-file; empty for neither. Throws Error for
// both, and for a file without one.
std::string api_key_of(const Settings& settings);

// Throws Error when others than this machine can reach the address and no key is asked for.
void check_exposure(const std::string& listen, const std::string& api_key);

}  // namespace spillway::scenario
