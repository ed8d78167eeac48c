// SPDX-License-Identifier: Apache-2.0
#include "cli/io_attribution_command.h"

#include <fmt/core.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "analysis/replay_attribution.h"
#include "core/error.h"
#include "core/utc_time.h"
#include "record/new_file.h"
#include "report/replay_attribution_json.h"

namespace spillway::cli {
namespace {

namespace fs = std::filesystem;

// The status of a verdict that does not pass, which callers of the scripts expect.
constexpr int kVerdictFails = 2;

void make_directory(const fs::path& path) {
  std::error_code error;
  fs::create_directory(path, error);
  if (error) throw Error(fmt::format("make directory {}: {}", path.string(), error.message()));
}

class IoAttributionCommand final : public Command {
 public:
  explicit IoAttributionCommand(CLI::App& analyse)
      : app_(analyse.add_subcommand("io-attribution",
                                    "Check that the storage tier served a run's replay")) {
    app_->add_option("--run-dir", run_directory_, "the run's files")->required()->type_name("DIR");
    app_->add_flag("--expect-report", expect_report_,
                   "fail when io/io_attribution_report.json is missing, whatever the summary says");
    app_->footer(
        "Reads summary.json and io/io_attribution_report.json of DIR, writes\n"
        "io/io_attrib_verdict.json and prints a line.\n"
        "Statuses: 0 no check fails, 2 a check fails, or bad input.");
  }

  bool chosen() const override { return app_->parsed(); }

  int run() override {
    if (!fs::is_directory(run_directory_)) {
      throw Error(
          fmt::format("--run-dir {}: expected the directory of a run, found none; give the "
                      "directory that holds summary.json",
                      run_directory_));
    }
    const report::ReplayPaths paths = report::replay_paths(run_directory_);
    const analysis::ReplayVerdict verdict =
        analysis::judge_replay(record::find_replay_summary(paths.summary),
                               record::find_replay_evidence(paths.report), expect_report_);
    make_directory(fs::path(paths.verdict).parent_path());
    const auto now = utc_now();
    record::write_new_file(paths.verdict, report::replay_attribution_json(verdict, paths, now));
    fmt::print("{}\n", report::replay_attribution_line(verdict));
    return verdict.passed() ? kSuccess : kVerdictFails;
  }

 private:
  CLI::App* app_;
  std::string run_directory_;
  bool expect_report_ = false;
};

}  // namespace

std::unique_ptr<Command> io_attribution_command(CLI::App& analyse) {
  return std::make_unique<IoAttributionCommand>(analyse);
}

}  // namespace spillway::cli
