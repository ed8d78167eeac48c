// `spillway analyse io-attribution`: whether the storage tier served a run's replay.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cli/command.h"

namespace spillway::cli {

// `analyse` is the command that it is a subcommand of.
std::unique_ptr<Command> io_attribution_command(CLI::App& analyse);

}  // namespace spillway::cli
