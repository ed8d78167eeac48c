// SPDX-License-Identifier: Apache-2.0
#include "cli/bench_command.h"

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "analysis/assessment.h"
#include "cli/flags.h"
#include "cli/log.h"
#include "cli/signals.h"
#include "core/error.h"
#include "core/size_text.h"
#include "record/run_directory.h"
#include "record/run_json.h"
#include "report/mlperf_json.h"
#include "report/progress.h"
#include "report/run_fio_job.h"
#include "report/run_text.h"
#include "scenario/bench.h"
#include "scenario/bench_facts.h"
#include "scenario/bench_settings.h"
#include "scenario/environment_variables.h"
#include "scenario/presets.h"

namespace spillway::cli {
namespace {

using scenario::Bench;
using scenario::Phase;

constexpr const char* kCreated = "{:%Y-%m-%dT%H:%M:%SZ}";

std::string utc(const char* format) {
  return fmt::format(fmt::runtime(format), fmt::gmtime(std::time(nullptr)));
}

// Without a path, one that no earlier run has: runs/bench-<UTC time>-<process>.
void make_directory(std::unique_ptr<record::RunDirectory>& directory, const std::string& path) {
  if (!path.empty()) {
    directory = std::make_unique<record::RunDirectory>(path);
    return;
  }
  directory = std::make_unique<record::RunDirectory>(
      fmt::format("runs/bench-{}-{}", utc("{:%Y%m%d-%H%M%S}"), ::getpid()),
      record::RunDirectory::Parent::is_made);
}

// Draws the progress line once a second, on a thread of its own, until it goes. For debugging every
// one stays as a line of its own.
class ProgressThread {
 public:
  ProgressThread(const Bench& bench, const scenario::BenchConfig& config, const Log& log)
      : bench_(bench), config_(config), writer_(make_writer(log)) {
    if (!log.shows(LogLevel::info)) return;
    thread_ = std::jthread([this](const std::stop_token& stop) { draw(stop); });
  }

 private:
  static report::ProgressWriter make_writer(const Log& log) {
    if (log.shows(LogLevel::debug)) return {stderr, false, Duration::zero()};
    return {stderr, ::isatty(STDERR_FILENO) == 1};
  }

  void draw(const std::stop_token& stop) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any tick;
    while (!tick.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; }) &&
           !stop.stop_requested()) {
      writer_.show(look());
    }
  }

  report::Progress look() {
    const load::LiveFigures& live = bench_.live();
    report::Progress now;
    now.elapsed = bench_.elapsed();
    now.phase = phase_name(now.elapsed);
    if (bench_.phase() == Phase::preparing) {
      now.elapsed = std::chrono::steady_clock::now() - began_;
      if (now.phase == kFilling) {
        now.filled = {.written = filled_.written, .target = filled_.target};
      }
      return now;
    }
    if (config_.driver.duration) {
      now.left = config_.driver.warm_up + *config_.driver.duration - now.elapsed;
    } else {
      now.requests_planned = bench_.plan().requests;
    }
    now.requests_done = live.completed;
    now.in_flight = live.in_flight;
    now.blocks_asked = live.blocks_asked;
    now.blocks_hit = live.blocks_hit;
    now.errors = live.failed;
    const double seconds = to_seconds(now.elapsed - last_.elapsed);
    if (seconds > 0) {
      now.read_bytes_per_s = static_cast<double>(live.read_bytes - last_read_) / seconds;
      now.write_bytes_per_s = static_cast<double>(live.write_bytes - last_written_) / seconds;
    }
    last_read_ = live.read_bytes;
    last_written_ = live.write_bytes;
    last_ = now;
    return now;
  }

  std::string_view phase_name(Duration elapsed) {
    switch (bench_.phase()) {
      case Phase::preparing:
        filled_ = bench_.preconditioned().value_or(Bench::Filled());
        return filled_.written < filled_.target ? kFilling : "preparing";
      case Phase::finishing:
        return "finishing";
      case Phase::running:
        break;
    }
    if (elapsed < config_.driver.warm_up) return "warming up";
    const std::optional<std::uint32_t> users = bench_.scaled_users();
    if (!users) return "measuring";
    scaling_ = fmt::format("scaling: {} users", *users);
    return scaling_;
  }

  static constexpr std::string_view kFilling = "preconditioning";

  const Bench& bench_;
  const scenario::BenchConfig& config_;
  report::ProgressWriter writer_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  Bench::Filled filled_;
  std::string scaling_;  // the phase of a run whose number of users changes
  report::Progress last_;
  std::uint64_t last_read_ = 0;
  std::uint64_t last_written_ = 0;
  std::jthread thread_;  // ends before what it reads
};

void write_results(record::RunDirectory& directory, record::Run& run) {
  if (run.created.empty()) run.created = utc(kCreated);
  record::grade(run);
  directory.write("record.json", record::to_json(run));
  directory.write("report.txt", report::run_text(run));
  directory.commit();
}

std::string name_of_signal(int signal) { return signal == SIGINT ? "SIGINT" : "SIGTERM"; }

// What Ctrl-C and SIGTERM do to a run. Nothing has been made before it is attached: one ends the
// process. While it is attached: the first stops it cleanly, the second ends it by force. When it
// is over they are too late, unless somebody insists.
class Interruption {
 public:
  Interruption() : signals_([this](int signal, int count) { heard(signal, count); }) {}

  // Makes the run directory, and returns where the rows go. Both belong to the signals until
  // detach(): a run that is ended by force takes its directory away.
  std::string attach(Bench& bench, std::unique_ptr<record::RunDirectory>& directory,
                     const std::string& run_dir) {
    const std::scoped_lock lock(mutex_);
    make_directory(directory, run_dir);
    bench_ = &bench;
    directory_ = &directory;
    state_ = State::attached;
    return directory->path_of("requests.jsonl");
  }
  void detach() {
    const std::scoped_lock lock(mutex_);
    state_ = State::over;
  }
  // The first signal that the run heard; 0 = none.
  int first() const { return first_; }

 private:
  enum class State : std::uint8_t { nothing_made, attached, over };

  void heard(int signal, int count) {
    constexpr int kInsists = 3;
    if (count >= kInsists) ::_exit(kInterrupted);
    const std::scoped_lock lock(mutex_);
    if (state_ == State::nothing_made) ::_exit(kInterrupted);
    if (state_ == State::over) return;
    if (first_ != 0) end_by_force(signal);
    first_ = signal;
    bench_->control().request_stop();
  }

  // What is on record is written, and the process ends without waiting for I/O in flight, whose
  // buffers must stay as they are until then.
  [[noreturn]] void end_by_force(int signal) {
    if (bench_->phase() == Phase::preparing) {
      remove_files();
      directory_->reset();
      fmt::print(stderr, "\nspillway: ended by force before anything was measured\n");
    } else {
      keep(signal);
    }
    std::fflush(nullptr);
    ::_exit(kInterrupted);
  }

  void remove_files() {
    const std::string left = bench_->remove_files();
    if (left.empty()) return;
    fmt::print(stderr, "\nspillway: {} still holds cached blocks; the next run there removes it\n",
               left);
  }

  void keep(int signal) {
    record::Run run = bench_->run_so_far();
    run.interrupted = record::Interruption::forced;
    run.interrupted_by = name_of_signal(signal);
    remove_files();
    try {
      write_results(**directory_, run);
      fmt::print(stderr, "\nspillway: ended by force; what was measured is in {}\n",
                 (*directory_)->path());
    } catch (const std::exception& error) {
      fmt::print(stderr, "\nspillway: ended by force; the record could not be kept: {}\n",
                 error.what());
    }
  }

  std::mutex mutex_;
  State state_ = State::nothing_made;
  Bench* bench_ = nullptr;
  std::unique_ptr<record::RunDirectory>* directory_ = nullptr;
  std::atomic<int> first_ = 0;
  Signals signals_;  // ends before what it uses
};

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
    const Log log(log_level(settings_.text("log-level")));
    say_what_runs(config, log);
    if (settings_.is_set("output")) report::check_writable(settings_.text("output"));
    Interruption interruption;
    std::unique_ptr<record::RunDirectory> directory;
    record::Run run = measure(config, log, interruption, directory);
    if (const int signal = interruption.first(); signal != 0) {
      run.interrupted = record::Interruption::once;
      run.interrupted_by = name_of_signal(signal);
    }
    run.created = utc(kCreated);
    for (const std::string& warning : run.warnings) log.say(LogLevel::warning, warning);
    write_fio_job(run, *directory);
    write_mlperf(config, run, *directory);
    write_results(*directory, run);
    fmt::print("{}\nResults: {}\n", report::run_text(run), directory->path());
    std::fflush(stdout);
    if (interruption.first() != 0) return kInterrupted;
    if (!settings_.flag("fail-on-assessment")) return kSuccess;
    const analysis::Outcome outcome = analysis::assess(run, mlperf_options().profile).outcome();
    return outcome == analysis::Outcome::pass ? kSuccess : kRuleFailed;
  }

 private:
  report::MlperfOptions mlperf_options() const {
    return {.dialect = settings_.text("output-dialect") == "2025" ? report::Dialect::n25
                                                                  : report::Dialect::a26,
            .profile = analysis::find_profile(settings_.text("performance-profile"))
                           .value_or(analysis::Profile::latency),
            .latency_lists = !settings_.flag("no-latency-lists")};
  }

  // A job that repeats the I/O, where the kernel has counted any.
  static void write_fio_job(record::Run& run, record::RunDirectory& directory) {
    const std::string job = report::run_fio_job(run);
    if (job.empty()) return;
    const std::string name = fmt::format("fio_kv_cache_workload_{}.ini", utc("{:%Y%m%d_%H%M%S}"));
    directory.write(name, job);
    run.latency_tracing->fio_job = name;
  }

  // The MLPerf benchmark's result file, beside the record and wherever it was asked for.
  void write_mlperf(const scenario::BenchConfig& config, const record::Run& run,
                    record::RunDirectory& directory) const {
    const std::string rows = directory.path_of("requests.jsonl");
    const auto write = [&](const std::string& path) {
      report::write_mlperf_json(run, mlperf_options(), rows, path);
    };
    if (config.workload.model == scenario::RequestModel::mlperf) {
      write(directory.path_of("mlperf_results.json"));
    }
    if (settings_.is_set("output")) write(settings_.text("output"));
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

  static void announce(const Bench& bench, const scenario::BenchConfig& config, const Log& log) {
    if (!log.shows(LogLevel::info)) return;
    const workload::PlanSummary& plan = bench.plan();
    if (config.workload.model == scenario::RequestModel::mlperf) {
      fmt::print(stderr,
                 "Requests run as in the MLPerf KV-cache benchmark (--request-model mlperf): whole "
                 "entries; tiers: gpu {} (modelled), cpu {}\n",
                 size_text(config.gpu.capacity), size_text(config.cpu.capacity));
    }
    fmt::print(
        stderr, "Plan {}: {}{} requests, {}{}\n", plan.hash, plan.endless ? "at most " : "",
        plan.requests, scenario::workload_text(plan, config),
        config.virtual_time ? "; virtual time: no file is touched, every tier is modelled" : "");
  }

  record::Run measure(const scenario::BenchConfig& config, const Log& log,
                      Interruption& interruption,
                      std::unique_ptr<record::RunDirectory>& directory) {
    Bench bench(config, settings_);
    const std::string rows = interruption.attach(bench, directory, config.run_dir);
    try {
      announce(bench, config, log);
      const ProgressThread progress(bench, config, log);
      record::Run run = bench.run(rows);
      interruption.detach();
      return run;
    } catch (...) {
      interruption.detach();
      throw;
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
