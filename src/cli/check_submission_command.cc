// SPDX-License-Identifier: Apache-2.0
#include "cli/check_submission_command.h"

#include <fmt/core.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "analysis/submission.h"
#include "analysis/submission_trials.h"
#include "record/run_json.h"

namespace spillway::cli {
namespace {

using analysis::Finding;
using analysis::SubmissionFacts;

class CheckSubmissionCommand final : public Command {
 public:
  explicit CheckSubmissionCommand(CLI::App& program)
      : app_(program.add_subcommand(
            "check-submission", "Hold runs against the rules for MLPerf KV-cache submissions")) {
    app_->add_option("RUN", paths_, "run directories or record.json files; equal runs are trials")
        ->required()
        ->type_name("PATH");
    app_->footer(
        "Three layers of rules are in print and disagree: the proposal of 2025, the guide of "
        "2026,\n"
        "the umbrella's checker. Each is checked by itself; a rule that fails because another one\n"
        "asks for the opposite is a contradiction and no fault of the run.\n"
        "Statuses: 0 no rule fails but for contradictions, 2 bad input, 3 a rule fails.\n"
        "Example:\n  spillway check-submission runs/8b-1 runs/8b-2 runs/8b-3 runs/70b-*");
  }

  bool chosen() const override { return app_->parsed(); }

  int run() override {
    std::vector<SubmissionFacts> runs;
    runs.reserve(paths_.size());
    for (const std::string& path : paths_) {
      runs.push_back(analysis::submission_facts(record::load_run(path)));
    }
    for (std::size_t i = 0; i < runs.size(); ++i) show(paths_[i], analysis::check_run(runs[i]));
    for (const analysis::TrialGroup& group : analysis::group_trials(runs)) {
      std::vector<SubmissionFacts> trials;
      trials.reserve(group.runs.size());
      for (const std::size_t index : group.runs) trials.push_back(runs[index]);
      show("Trials of " + group.name, analysis::check_trials(trials));
    }
    show("All runs", analysis::check_submission(runs));
    fmt::print("{}\n", fails_ ? "A rule fails that no other one contradicts."
                              : "No rule fails but where the rules contradict each other.");
    return fails_ ? kRuleFailed : kSuccess;
  }

 private:
  void show(std::string_view title, std::span<const Finding> findings) {
    fmt::print("{}\n  {:<9} {:<30} {:<13} {}\n", title, "layer", "rule", "verdict", "reason");
    for (const Finding& one : findings) {
      const std::string_view verdict = one.contradicted ? "contradicted" : name_of(one.verdict);
      fmt::print("  {:<9} {:<30} {:<13} {}\n", name_of(one.layer), one.rule, verdict, one.reason);
    }
    fmt::print("\n");
    fails_ = fails_ || !analysis::is_submittable(findings);
  }

  CLI::App* app_;
  std::vector<std::string> paths_;
  bool fails_ = false;
};

}  // namespace

std::unique_ptr<Command> check_submission_command(CLI::App& program) {
  return std::make_unique<CheckSubmissionCommand>(program);
}

}  // namespace spillway::cli
