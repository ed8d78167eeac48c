// The program: reads the command line and runs one subcommand.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/analyse_command.h"
#include "cli/bench_command.h"
#include "cli/check_submission_command.h"
#include "cli/command.h"
#include "cli/drive_command.h"
#include "cli/models_command.h"
#include "cli/proxy_command.h"
#include "cli/serve_command.h"
#include "cli/suite_command.h"
#include "cli/validate_command.h"
#include "cli/watch_command.h"
#include "core/error.h"
#include "core/version.h"

namespace spillway::cli {
namespace {

int run_program(int argc, char** argv) {
  CLI::App program(
      "Spillway measures what KV-cache offload costs and gains, from the drive up to the first "
      "token.",
      "spillway");
  program.set_version_flag("--version", version_text());
  program.require_subcommand(1);
  program.get_formatter()->column_width(34);
  program.footer(
      "Statuses: 0 done, 2 bad input or set-up, 3 a check failed, 130 interrupted (results "
      "are\nkept).");
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(bench_command(program));
  commands.push_back(suite_command(program));
  commands.push_back(drive_command(program));
  commands.push_back(serve_command(program));
  commands.push_back(proxy_command(program));
  commands.push_back(watch_command(program));
  commands.push_back(models_command(program));
  commands.push_back(check_submission_command(program));
  commands.push_back(validate_command(program));
  commands.push_back(analyse_command(program));
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked = error.get_exit_code() == 0;  // --help, --version
    program.exit(error);
    return asked ? kSuccess : kUsage;
  }
  for (const auto& command : commands) {
    if (command->chosen()) return command->run();
  }
  return kUsage;
}

}  // namespace
}  // namespace spillway::cli

int main(int argc, char** argv) {
  try {
    return spillway::cli::run_program(argc, argv);
  } catch (const spillway::Error& error) {
    fmt::print(stderr, "spillway: {}\n", error.what());
  } catch (const std::exception& error) {
    fmt::print(stderr, "spillway: unexpected: {}\n", error.what());
  }
  return spillway::cli::kUsage;
}
