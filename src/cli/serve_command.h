// spillway serve: the embedded serving endpoint.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cli/command.h"

namespace spillway::cli {

std::unique_ptr<Command> serve_command(CLI::App& program);

}  // namespace spillway::cli
