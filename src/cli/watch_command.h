// `spillway watch`: the collectors of drive around anyone's workload.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cli/command.h"

namespace spillway::cli {

std::unique_ptr<Command> watch_command(CLI::App& program);

}  // namespace spillway::cli
