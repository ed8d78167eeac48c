// SPDX-License-Identifier: Apache-2.0
#include "cli/bench_command.h"

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/flags.h"
#include "cli/signals.h"
#include "core/error.h"
#include "core/size_text.h"
#include "record/run_directory.h"
#include "record/run_json.h"
#include "report/progress.h"
#include "report/run_text.h"
#include "scenario/bench.h"
#include "scenario/bench_settings.h"

namespace spillway::cli {
namespace {

using scenario::Bench;
using scenario::Phase;

std::string utc(const char* format) {
  return fmt::format(fmt::runtime(format), fmt::gmtime(std::time(nullptr)));
}

// A name that no earlier run has: runs/bench-<UTC time>.
std::string default_run_dir() {
  std::filesystem::create_directories("runs");
  return "runs/bench-" + utc("{:%Y%m%d-%H%M%S}") + "-" + std::to_string(::getpid());
}

// Draws the progress line once a second, on a thread of its own, until it goes.
class ProgressThread {
 public:
  ProgressThread(const Bench& bench, const scenario::BenchConfig& config)
      : bench_(bench), config_(config), writer_(stderr, ::isatty(STDERR_FILENO) == 1) {
    thread_ = std::jthread([this](const std::stop_token& stop) { draw(stop); });
  }

 private:
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

  std::string_view phase_name(Duration elapsed) const {
    switch (bench_.phase()) {
      case Phase::preparing:
        return "preparing";
      case Phase::finishing:
        return "finishing";
      case Phase::running:
        break;
    }
    return elapsed < config_.driver.warm_up ? "warming up" : "measuring";
  }

  const Bench& bench_;
  const scenario::BenchConfig& config_;
  report::ProgressWriter writer_;
  report::Progress last_;
  std::uint64_t last_read_ = 0;
  std::uint64_t last_written_ = 0;
  std::jthread thread_;  // ends before what it reads
};

void write_results(record::RunDirectory& directory, record::Run& run) {
  run.created = utc("{:%Y-%m-%dT%H:%M:%SZ}");
  record::grade(run);
  directory.write("record.json", record::to_json(run));
  directory.write("report.txt", report::run_text(run));
  directory.commit();
}

class BenchCommand final : public Command {
 public:
  explicit BenchCommand(CLI::App& program)
      : app_(program.add_subcommand(
            "bench", "Replay a workload through a tiered KV cache and report what storage did")),
        settings_(scenario::bench_settings()),
        flags_(*app_, settings_) {
    app_->footer(
        "Sizes: 512MiB, 1.5GiB, 10GB, or a bare number of GiB for the *-gb flags; unlimited.\n"
        "Examples:\n"
        "  spillway bench --trace traces/ --length-scale 0.125 --cpu-mem-gb 1 \\\n"
        "      --storage-capacity-gb 4 --duration 60 --cache-dir /mnt/nvme/kv\n"
        "  spillway bench --trace conversation.jsonl --clock virtual --cpu-mem-gb 64 \\\n"
        "      --storage-capacity-gb 4000 --concurrency 1\n"
        "Results: record.json, requests.jsonl and report.txt in --run-dir (runs/bench-<time>).");
  }

  bool chosen() const override { return app_->parsed(); }

  int run() override {
    flags_.apply();
    scenario::BenchConfig config = scenario::bench_config(settings_);
    Bench bench(config, settings_);
    if (config.run_dir.empty()) config.run_dir = default_run_dir();
    std::optional<record::RunDirectory> directory(config.run_dir);
    std::atomic<int> first_signal = 0;
    std::mutex ending;  // one ending only: by itself, or by force
    Signals signals([&](int signal, int count) {
      if (count == 1) {
        first_signal = signal;
        bench.control().request_stop();
      } else if (count == 2) {
        end_by_force(bench, directory, signal, ending);
      }
    });
    announce(bench, config);
    record::Run run = measure(bench, config, *directory);
    const std::scoped_lock lock(ending);
    if (first_signal != 0) {
      run.interrupted = record::Interruption::once;
      run.interrupted_by = name_of_signal(first_signal);
    }
    write_results(*directory, run);
    fmt::print("{}\nResults: {}\n", report::run_text(run), directory->path());
    return first_signal == 0 ? kSuccess : kInterrupted;
  }

 private:
  static std::string name_of_signal(int signal) { return signal == SIGINT ? "SIGINT" : "SIGTERM"; }

  static void announce(const Bench& bench, const scenario::BenchConfig& config) {
    const workload::PlanSummary& plan = bench.plan();
    fmt::print(
        stderr, "Plan {}: {} requests of {} ({}), {} input and {} output tokens{}\n", plan.hash,
        plan.requests, config.trace, plan.format, plan.input_tokens.count(),
        plan.output_tokens.count(),
        config.virtual_time ? "; virtual time: no file is touched, every tier is modelled" : "");
  }

  static record::Run measure(Bench& bench, const scenario::BenchConfig& config,
                             record::RunDirectory& directory) {
    const ProgressThread progress(bench, config);
    return bench.run(directory.path_of("requests.jsonl"));
  }

  // On the second signal: what is on record is written, and the process ends without waiting for
  // I/O in flight, whose buffers must stay as they are until then.
  [[noreturn]] static void end_by_force(Bench& bench,
                                        std::optional<record::RunDirectory>& directory, int signal,
                                        std::mutex& ending) {
    const std::scoped_lock lock(ending);
    if (bench.phase() == Phase::preparing) {
      directory.reset();
      fmt::print(stderr, "\nspillway: ended by force before anything was measured\n");
    } else {
      keep_by_force(bench, *directory, signal);
    }
    std::fflush(nullptr);
    ::_exit(kInterrupted);
  }

  static void keep_by_force(Bench& bench, record::RunDirectory& directory, int signal) {
    record::Run run = bench.run_so_far();
    run.interrupted = record::Interruption::forced;
    run.interrupted_by = name_of_signal(signal);
    bench.remove_files();
    try {
      write_results(directory, run);
      fmt::print(stderr, "\nspillway: ended by force; what was measured is in {}\n",
                 directory.path());
    } catch (const std::exception& error) {
      fmt::print(stderr, "\nspillway: ended by force; the record could not be kept: {}\n",
                 error.what());
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
