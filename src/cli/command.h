// Command: one subcommand of the program.
// SPDX-License-Identifier: Apache-2.0
#pragma once

// NOLINTNEXTLINE(readability-identifier-naming): the library's name.
namespace CLI {
class App;
}

namespace spillway::cli {

// Statuses the program ends with; README lists them.
inline constexpr int kSuccess = 0;
inline constexpr int kUsage = 2;          // bad input or set-up failed; nothing was measured
inline constexpr int kRuleFailed = 3;     // a check was made, and something did not pass it
inline constexpr int kInterrupted = 130;  // Ctrl-C or SIGTERM; what was measured is kept

// Registered with the program as it is made; run() is called when its name was given.
class Command {
 public:
  virtual ~Command() = default;
  virtual bool chosen() const = 0;
  // Returns the program's status; throws Error for status 2.
  virtual int run() = 0;
};

}  // namespace spillway::cli
