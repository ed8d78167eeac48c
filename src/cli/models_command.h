// `spillway models`: the models whose KV cache is known, and what N users of one need.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cli/command.h"

namespace spillway::cli {

std::unique_ptr<Command> models_command(CLI::App& program);

}  // namespace spillway::cli
