// SPDX-License-Identifier: Apache-2.0
#include "cli/bench_command.h"

#include <fmt/core.h>

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "analysis/assessment.h"
#include "cli/bench_run.h"
#include "cli/flags.h"
#include "cli/interruption.h"
#include "core/error.h"
#include "report/mlperf_json.h"
#include "report/run_text.h"
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
        "mlperf_results.json with --request-model mlperf.");
  }

  bool chosen() const override { return app_->parsed(); }

  int run() override {
    const scenario::ConfigFile file = flags_.apply(scenario::process_environment());
    const scenario::BenchConfig config = scenario::bench_config(settings_, file.models);
    if (settings_.flag("plan-only")) return write_plan(config);
    print_note();
    if (settings_.is_set("output")) report::check_writable(settings_.text("output"));
    Interruption interruption;
    const BenchRun done = run_bench(config, settings_, interruption);
    fmt::print("{}\nResults: {}\n", report::run_text(done.run), done.directory);
    std::fflush(stdout);
    write_output(done);
    if (done.interrupted) return kInterrupted;
    return settings_.flag("fail-on-assessment") ? status_by_assessment(done.run) : kSuccess;
  }

 private:
  // The MLPerf benchmark's result file, where it was asked for.
  void write_output(const BenchRun& done) const {
    if (!settings_.is_set("output")) return;
    report::write_mlperf_json(done.run, mlperf_options(settings_),
                              done.directory + "/requests.jsonl", settings_.text("output"));
  }

  int status_by_assessment(const record::Run& run) const {
    const analysis::Assessment assessment =
        analysis::assess(run, mlperf_options(settings_).profile);
    return assessment.outcome() == analysis::Outcome::pass ? kSuccess : kRuleFailed;
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

  // What the preset asks to be run beside this, if anything.
  void print_note() const {
    const scenario::Preset* const preset = scenario::find_preset(settings_.text("preset"));
    if (preset != nullptr && !preset->note.empty()) fmt::print(stderr, "{}\n", preset->note);
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
