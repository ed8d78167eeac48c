// `spillway check-submission`: what the rules for official results say about runs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "cli/command.h"

namespace spillway::cli {

std::unique_ptr<Command> check_submission_command(CLI::App& program);

}  // namespace spillway::cli
