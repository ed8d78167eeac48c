// SPDX-License-Identifier: Apache-2.0
#include "cli/log.h"

#include <fmt/core.h>

#include <cstdio>

namespace spillway::cli {
namespace {

std::string_view prefix(LogLevel level) {
  if (level == LogLevel::debug) return "debug: ";
  return level == LogLevel::warning ? "warning: " : "";
}

}  // namespace

LogLevel log_level(std::string_view name) {
  if (name == "DEBUG") return LogLevel::debug;
  if (name == "INFO") return LogLevel::info;
  return name == "WARNING" ? LogLevel::warning : LogLevel::error;
}

void Log::say(LogLevel level, std::string_view text) const {
  if (shows(level)) fmt::print(stderr, "{}{}\n", prefix(level), text);
}

}  // namespace spillway::cli
