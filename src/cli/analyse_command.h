// `spillway analyse`: what the files of finished runs show. Each analysis is a subcommand of its
// own. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cli/command.h"

namespace spillway::cli {

std::unique_ptr<Command> analyse_command(CLI::App& program);

}  // namespace spillway::cli
