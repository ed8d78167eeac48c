// `spillway validate`: holds runs against what another benchmark measured.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cli/command.h"

namespace spillway::cli {

std::unique_ptr<Command> validate_command(CLI::App& program);

}  // namespace spillway::cli
