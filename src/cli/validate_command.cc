// SPDX-License-Identifier: Apache-2.0
#include "cli/validate_command.h"

#include <fmt/core.h>

#include <string>
#include <utility>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "analysis/validation.h"
#include "core/error.h"
#include "record/run_json.h"
#include "record/serving_result.h"
#include "report/validation_json.h"
#include "report/validation_text.h"

namespace spillway::cli {
namespace {

class ValidateCommand final : public Command {
 public:
  explicit ValidateCommand(CLI::App& program)
      : app_(program.add_subcommand("validate",
                                    "Hold runs against what another benchmark measured")) {
    app_->add_option("RUN", runs_, "run directories or record.json files; several are trials")
        ->required()
        ->type_name("PATH");
    app_->add_option("--against", peers_,
                     "result to compare with, again for each trial: of vllm bench serve or "
                     "throughput, aiperf (profile_export_aiperf.json), the MLPerf KV-cache "
                     "benchmark, or another run")
        ->required()
        ->type_name("PATH")
        ->allow_extra_args(false);
    app_->add_option("--tolerance", tolerance_, "per cent by which each figure may differ")
        ->type_name("X")
        ->capture_default_str();
    app_->add_flag("--json", json_, "print JSON in the place of the table");
    app_->footer(
        "Compared are the figures that both have: requests/s, tokens/s, hit ratios, and mean, "
        "p50,\n"
        "p95 and p99 of the times to first and last token. The ratio of means has to be within "
        "the\n"
        "tolerance of 1. From two runs on it has a 95 % interval (Student's t; Fieller's with\n"
        "several results on the other side); \"not surely\": the interval crosses the limit.\n"
        "docs/metrics.md says how each tool defines the figures.\n"
        "Statuses: 0 all are within the tolerance, 2 bad input, 3 at least one is not.\n"
        "Examples:\n"
        "  spillway bench --preset validate-gpu --run-dir runs/gpu-1   # prints the vLLM command\n"
        "  spillway validate runs/gpu-1 runs/gpu-2 runs/gpu-3 --against vllm.json\n"
        "  spillway validate runs/new --against runs/old --tolerance 2 --json");
  }

  bool chosen() const override { return app_->parsed(); }

  int run() override {
    if (!(tolerance_ > 0 && tolerance_ <= 100)) {
      throw Error(
          fmt::format("--tolerance: expected more than 0 and at most 100 per cent, found "
                      "{:g}",
                      tolerance_));
    }
    std::vector<record::ServingResult> ours;
    for (const std::string& path : runs_) {
      ours.push_back(record::serving_result(record::load_run(path), path));
    }
    std::vector<record::ServingResult> theirs;
    for (const std::string& path : peers_) theirs.push_back(record::load_serving_result(path));
    const analysis::Validation validation =
        analysis::validate(std::move(ours), std::move(theirs), tolerance_ / 100);
    fmt::print("{}", json_ ? report::validation_json(validation) + "\n"
                           : report::validation_text(validation));
    return validation.agrees() ? kSuccess : kRuleFailed;
  }

 private:
  CLI::App* app_;
  std::vector<std::string> runs_;
  std::vector<std::string> peers_;
  double tolerance_ = 5;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> validate_command(CLI::App& program) {
  return std::make_unique<ValidateCommand>(program);
}

}  // namespace spillway::cli
