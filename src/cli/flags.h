// Flags: a table of settings as options of a command line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "scenario/load_settings.h"
#include "scenario/settings.h"

// NOLINTNEXTLINE(readability-identifier-naming): the library's name.
namespace CLI {
class App;
}

namespace spillway::cli {

// Adds an option for every row of the settings' table to `app`, which outlives the Flags; --help
// lists those that are `in_help`, --help-all every one.
class Flags {
 public:
  Flags(CLI::App& app, scenario::Settings& settings);
  ~Flags();
  Flags(const Flags&) = delete;
  Flags& operator=(const Flags&) = delete;

  // After parsing: hands what was given to the settings, together with the weaker sources (preset,
  // file, environment). All values are looked at; an Error lists every one that is wrong, a line
  // each. Returns what a config file holds beside settings.
  scenario::ConfigFile apply(const scenario::EnvironmentVariables& environment);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spillway::cli
