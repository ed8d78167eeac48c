// Log: what a run says on standard error, as much as --log-level asks for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace spillway::cli {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

// DEBUG, INFO, WARNING, ERROR, or CRITICAL, which has nothing above ERROR to leave out.
LogLevel log_level(std::string_view name);

class Log {
 public:
  explicit Log(LogLevel level) : level_(level) {}

  bool shows(LogLevel level) const { return level >= level_; }
  // A line, when the level is shown. Warnings and details say what they are.
  void say(LogLevel level, std::string_view text) const;

 private:
  LogLevel level_;
};

}  // namespace spillway::cli
