// The typed config of settings as a command line gives them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "scenario/bench_settings.h"

namespace spillway::scenario {

using Given = std::vector<std::pair<std::string, std::string>>;

inline BenchConfig config_of(const Given& given) {
  Settings settings(bench_settings());
  for (const auto& [name, text] : given) settings.set(name, text, record::Origin::command_line);
  return bench_config(settings);
}

// Why they are refused; empty when they are not.
inline std::string refusal_of(const Given& given) {
  try {
    config_of(given);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace spillway::scenario
