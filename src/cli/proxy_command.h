// `spillway proxy`: loads the adapters that requests name, and passes the requests on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cli/command.h"

namespace spillway::cli {

std::unique_ptr<Command> proxy_command(CLI::App& program);

}  // namespace spillway::cli
