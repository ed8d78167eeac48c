// SPDX-License-Identifier: Apache-2.0
#include "cli/bench_run.h"

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <exception>
#include <memory>
#include <string_view>

#include "cli/log.h"
#include "cli/progress_thread.h"
#include "core/size_text.h"
#include "record/run_directory.h"
#include "record/run_json.h"
#include "report/run_fio_job.h"
#include "report/run_text.h"
#include "scenario/bench.h"
#include "scenario/bench_facts.h"

namespace spillway::cli {
namespace {

using scenario::Bench;

constexpr std::string_view kRows = "requests.jsonl";

std::unique_ptr<record::RunDirectory> make_directory(const std::string& path) {
  if (!path.empty()) return std::make_unique<record::RunDirectory>(path);
  return std::make_unique<record::RunDirectory>(new_results_name("bench"),
                                                record::RunDirectory::Parent::is_made);
}

void write_results(record::RunDirectory& directory, record::Run& run) {
  record::grade(run);
  directory.write("record.json", record::to_json(run));
  directory.write("report.txt", report::run_text(run));
  directory.commit();
}

// Its files, and who takes care of them when a signal comes.
class Measurement {
 public:
  Measurement(const scenario::BenchConfig& config, scenario::Settings& settings)
      : config_(config),
        settings_(settings),
        log_(log_level(settings.text("log-level"))),
        bench_(config, settings) {}

  BenchRun run(Interruption& interruption) {
    // From here on the directory belongs to the signals: a run that is ended by force while it
    // prepares takes it away.
    std::string rows;
    interruption.attach({.stop = [this] { bench_.control().request_stop(); },
                         .save_at_once = [this](int signal) { save_at_once(signal); }},
                        [&] {
                          directory_ = make_directory(config_.run_dir);
                          rows = directory_->path_of(kRows);
                        });
    BenchRun done;
    int signal = 0;
    try {
      announce();
      const ProgressThread progress(bench_, config_, log_);
      done.run = bench_.run(rows);
      signal = interruption.detach();
    } catch (...) {
      interruption.detach();
      throw;
    }
    if (signal != 0) {
      done.interrupted = true;
      done.run.interrupted = record::Interruption::once;
      done.run.interrupted_by = name_of_signal(signal);
    }
    for (const std::string& warning : done.run.warnings) log_.say(LogLevel::warning, warning);
    keep(done.run);
    done.directory = directory_->path();
    return done;
  }

 private:
  void announce() const {
    if (!log_.shows(LogLevel::info)) return;
    const workload::PlanSummary& plan = bench_.plan();
    if (config_.workload.model == scenario::RequestModel::mlperf) {
      fmt::print(stderr,
                 "Requests run as in the MLPerf KV-cache benchmark (--request-model mlperf): whole "
                 "entries; tiers: gpu {} (modelled), cpu {}\n",
                 size_text(config_.gpu.capacity), size_text(config_.cpu.capacity));
    }
    fmt::print(
        stderr, "Plan {}: {}, {}{}\n", plan.hash, scenario::requests_text(plan),
        scenario::workload_text(plan, config_),
        config_.virtual_time ? "; virtual time: no file is touched, every tier is modelled" : "");
  }

  void keep(record::Run& run) {
    write_fio_job(run);
    if (config_.workload.model == scenario::RequestModel::mlperf) {
      report::write_mlperf_json(run, mlperf_options(settings_), directory_->path_of(kRows),
                                directory_->path_of("mlperf_results.json"));
    }
    write_results(*directory_, run);
  }

  // A job that repeats the I/O, where the kernel has counted any.
  void write_fio_job(record::Run& run) {
    const std::string job = report::run_fio_job(run);
    if (job.empty() || !run.latency_tracing) return;
    const std::string name =
        fmt::format("fio_kv_cache_workload_{:%Y%m%d_%H%M%S}.ini", fmt::gmtime(std::time(nullptr)));
    directory_->write(name, job);
    run.latency_tracing->fio_job = name;
  }

  // What is on record is written, and the process ends without waiting for I/O in flight, whose
  // buffers must stay as they are until then.
  void save_at_once(int signal) {
    if (bench_.phase() == scenario::Phase::preparing) {
      remove_files();
      directory_.reset();
      fmt::print(stderr, "\nspillway: ended by force before anything was measured\n");
      return;
    }
    record::Run run = bench_.run_so_far();
    run.interrupted = record::Interruption::forced;
    run.interrupted_by = name_of_signal(signal);
    remove_files();
    try {
      write_results(*directory_, run);
      fmt::print(stderr, "\nspillway: ended by force; what was measured is in {}\n",
                 directory_->path());
    } catch (const std::exception& error) {
      fmt::print(stderr, "\nspillway: ended by force; the record could not be kept: {}\n",
                 error.what());
    }
  }

  void remove_files() {
    const std::string left = bench_.remove_files();
    if (left.empty()) return;
    fmt::print(stderr, "\nspillway: {} still holds cached blocks; the next run there removes it\n",
               left);
  }

  const scenario::BenchConfig& config_;
  const scenario::Settings& settings_;
  Log log_;
  Bench bench_;
  std::unique_ptr<record::RunDirectory> directory_;
};

}  // namespace

BenchRun run_bench(const scenario::BenchConfig& config, scenario::Settings& settings,
                   Interruption& interruption) {
  Measurement measurement(config, settings);
  return measurement.run(interruption);
}

std::string new_results_name(std::string_view command) {
  return fmt::format("runs/{}-{:%Y%m%d-%H%M%S}-{}", command, fmt::gmtime(std::time(nullptr)),
                     ::getpid());
}

report::MlperfOptions mlperf_options(const scenario::Settings& settings) {
  return {.dialect = settings.text("output-dialect") == "2025" ? report::Dialect::n25
                                                               : report::Dialect::a26,
          .profile = analysis::find_profile(settings.text("performance-profile"))
                         .value_or(analysis::Profile::latency),
          .latency_lists = !settings.flag("no-latency-lists")};
}

}  // namespace spillway::cli
