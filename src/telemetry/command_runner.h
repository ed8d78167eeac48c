// Runs the machine's tools and keeps what they answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"

namespace spillway::telemetry {

struct CommandAnswer {
  bool success = false;            // it ended with status 0
  std::optional<int> return_code;  // nothing when it did not start or was killed
  std::string out;
  std::string err;
  std::string error;  // why it failed: kCommandNotFound, what it complained of, or its status
};

inline constexpr const char* kCommandNotFound = "command_not_found";

// The outside world as seen by whoever asks for captures; a test gives a table instead.
using RunCommand = std::function<CommandAnswer(const std::vector<std::string>&)>;

// Finds the first word on the PATH, without a shell. Killed, with what it started, after `limit`.
// Whatever fails is in the answer; nothing is thrown.
CommandAnswer run_command(const std::vector<std::string>& command, Duration limit);

// "nvme list -o json", for messages.
std::string command_text(const std::vector<std::string>& command);

}  // namespace spillway::telemetry
