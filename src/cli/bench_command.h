// `spillway bench`: replays a workload through the tiers and reports what storage did.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cli/command.h"

namespace spillway::cli {

std::unique_ptr<Command> bench_command(CLI::App& program);

}  // namespace spillway::cli
