// SPDX-License-Identifier: Apache-2.0
#include "cli/analyse_command.h"

#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/io_attribution_command.h"

namespace spillway::cli {
namespace {

class AnalyseCommand final : public Command {
 public:
  explicit AnalyseCommand(CLI::App& program)
      : app_(program.add_subcommand("analyse", "Tell what the files of finished runs show")) {
    app_->alias("analyze");
    app_->require_subcommand(1);
    analyses_.push_back(io_attribution_command(*app_));
  }

  bool chosen() const override { return app_->parsed(); }

  int run() override {
    for (const auto& analysis : analyses_) {
      if (analysis->chosen()) return analysis->run();
    }
    return kUsage;
  }

 private:
  CLI::App* app_;
  std::vector<std::unique_ptr<Command>> analyses_;
};

}  // namespace

std::unique_ptr<Command> analyse_command(CLI::App& program) {
  return std::make_unique<AnalyseCommand>(program);
}

}  // namespace spillway::cli
