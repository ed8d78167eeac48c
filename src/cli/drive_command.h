// `spillway drive`: load on a serving endpoint, with evidence of what its tiers did.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cli/command.h"

namespace spillway::cli {

std::unique_ptr<Command> drive_command(CLI::App& program);

}  // namespace spillway::cli
