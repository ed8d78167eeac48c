// SPDX-License-Identifier: Apache-2.0
#include "cli/bench_command.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "analysis/assessment.h"
#include "analysis/trials.h"
#include "cli/bench_run.h"
#include "cli/flags.h"
#include "cli/interruption.h"
#include "cli/log.h"
#include "cli/trial_directory.h"
#include "core/error.h"
#include "record/new_file.h"
#include "report/mlperf_json.h"
#include "report/run_text.h"
#include "report/spreadsheet.h"
#include "report/trials.h"
#include "scenario/bench_settings.h"
#include "scenario/environment_variables.h"
#include "scenario/presets.h"

namespace spillway::cli {
namespace {

std::string preset_list() {
  std::string list = "Presets:\n";
  for (const scenario::Preset& preset : scenario::presets()) {
    list += fmt::format("  {:<26} {}\n", preset.name, preset.purpose);
  }
  return list;
}

class BenchCommand final : public Command {
 public:
  explicit BenchCommand(CLI::App& program)
      : app_(program.add_subcommand(
            "bench", "Replay a workload through a tiered KV cache and report what storage did")),
        settings_(scenario::bench_settings()),
        flags_(*app_, settings_) {
    app_->footer(
        preset_list() +
        "Every flag may also stand in a file (--config) or a variable: SPILLWAY_NUM_USERS=50 is\n"
        "--num-users 50. Flags win over variables, those over the file, that over the preset.\n"
        "Sizes: 512MiB, 1.5GiB, 10GB, or a bare number of GiB for the *-gb flags; unlimited.\n"
        "Examples:\n"
        "  spillway bench --trace traces/ --length-scale 0.125 --cpu-mem-gb 1 \\\n"
        "      --storage-capacity-gb 4 --duration 60 --cache-dir /mnt/nvme/kv\n"
        "  spillway bench --trace conversation.jsonl --clock virtual --cpu-mem-gb 64 \\\n"
        "      --storage-capacity-gb 4000 --concurrency 1\n"
        "Results: record.json, requests.jsonl and report.txt in --run-dir (runs/bench-<time>), "
        "and\n"
        "mlperf_results.json with --request-model mlperf. With --trials each trial has a "
        "directory\n"
        "of its own in it, beside trials.json and trials.txt, and --output F.json is\n"
        "F-trial-1.json, F-trial-2.json, ...");
  }

  bool chosen() const override { return app_->parsed(); }

  int run() override {
    const scenario::ConfigFile file = flags_.apply(scenario::process_environment());
    const scenario::BenchConfig config = scenario::bench_config(settings_, file.models);
    if (settings_.flag("plan-only")) return write_plan(config);
    say_what_runs(config, Log(log_level(settings_.text("log-level"))));
    check_outputs();
    Interruption interruption;
    if (settings_.integer("trials") > 1) return run_trials(config, interruption);
    const BenchRun done = run_bench(config, settings_, interruption);
    fmt::print("{}\nResults: {}\n", report::run_text(done.run), done.directory);
    std::fflush(stdout);
    write_outputs(done, [](const std::string& path) { return path; });
    return status_of(done);
  }

 private:
  // What could not be written is found before the run.
  void check_outputs() const {
    if (settings_.is_set("xlsx-output")) {
      report::check_spreadsheet_name(settings_.text("xlsx-output"));
    }
    for (const char* const name : {"output", "xlsx-output"}) {
      if (settings_.is_set(name)) record::check_writable(settings_.text(name));
    }
  }

  // Files that are wanted beside the run directory; `name` makes their paths of the given ones.
  void write_outputs(const BenchRun& done,
                     const std::function<std::string(const std::string& path)>& name) const {
    const report::MlperfOptions options = mlperf_options(settings_);
    if (settings_.is_set("output")) {
      report::write_mlperf_json(done.run, options, done.directory + "/requests.jsonl",
                                name(settings_.text("output")));
    }
    if (settings_.is_set("xlsx-output")) {
      report::write_spreadsheet(done.run, options.profile, name(settings_.text("xlsx-output")));
    }
  }

  int status_of(const BenchRun& done) const {
    if (done.interrupted) return kInterrupted;
    if (!settings_.flag("fail-on-assessment")) return kSuccess;
    const analysis::Assessment assessment =
        analysis::assess(done.run, mlperf_options(settings_).profile);
    return assessment.outcome() == analysis::Outcome::pass ? kSuccess : kRuleFailed;
  }

  // The worst status of all trials. One that is interrupted is the last, and does not count.
  int run_trials(scenario::BenchConfig config, Interruption& interruption) {
    const Log log(log_level(settings_.text("log-level")));
    TrialDirectory directory(config.run_dir);
    std::vector<record::Run> runs;
    std::vector<std::string> directories;
    int status = kSuccess;
    const std::uint64_t trials = settings_.integer("trials");
    for (std::uint64_t trial = 1; trial <= trials && status != kInterrupted; ++trial) {
      log.say(LogLevel::info, fmt::format("Trial {} of {}", trial, trials));
      config.run_dir = directory.of(trial);
      const BenchRun done = run_bench(config, settings_, interruption);
      write_outputs(done, [trial](const std::string& path) { return trial_path(path, trial); });
      status = std::max(status, status_of(done));
      if (done.interrupted) break;
      runs.push_back(done.run);
      directories.push_back(done.directory);
    }
    if (runs.empty()) return status;
    const std::vector<analysis::TrialFigure> figures = analysis::trial_figures(runs);
    const std::string text = report::trials_text(figures, runs.size());
    record::write_new_file(directory.path() + "/trials.json",
                           report::trials_json(figures, directories));
    record::write_new_file(directory.path() + "/trials.txt", text);
    fmt::print("{}\nResults: {}\n", text, directory.path());
    return status;
  }

  static int write_plan(const scenario::BenchConfig& config) {
    scenario::write_plan(config.workload, [](std::string_view line) {
      if (std::fwrite(line.data(), 1, line.size(), stdout) != line.size()) {
        throw_errno("write", "the plan to standard output");
      }
    });
    if (std::fflush(stdout) != 0) throw_errno("write", "the plan to standard output");
    return kSuccess;
  }

  // That nothing is moved, what the preset asks to be run beside this, and who set what.
  void say_what_runs(const scenario::BenchConfig& config, const Log& log) const {
    if (config.tracing.without_io) {
      log.say(LogLevel::info,
              "I/O trace without I/O, as in the MLPerf KV-cache benchmark: simulated in virtual "
              "time; --clock real traces a real run");
    }
    const scenario::Preset* const preset = scenario::find_preset(settings_.text("preset"));
    if (preset != nullptr && !preset->note.empty()) log.say(LogLevel::info, preset->note);
    for (const record::Setting& setting : settings_.effective()) {
      if (setting.origin == record::Origin::default_) continue;
      log.say(LogLevel::debug,
              fmt::format("{} = {} ({})", settings_.spelling(setting.name),
                          record::value_text(setting.value), record::name_of(setting.origin)));
    }
  }

  CLI::App* app_;
  scenario::Settings settings_;
  Flags flags_;
};

}  // namespace

std::unique_ptr<Command> bench_command(CLI::App& program) {
  return std::make_unique<BenchCommand>(program);
}

}  // namespace spillway::cli
