// `spillway suite`: the MLPerf KV-cache benchmark's workloads, one after another, and compared.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cli/command.h"

namespace spillway::cli {

std::unique_ptr<Command> suite_command(CLI::App& program);

}  // namespace spillway::cli
