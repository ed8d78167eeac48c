// SPDX-License-Identifier: Apache-2.0
#include "cli/drive_command.h"

#include <fmt/core.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/drive_exports.h"
#include "cli/drive_files.h"
#include "cli/flags.h"
#include "cli/signals.h"
#include "core/error.h"
#include "core/processors.h"
#include "core/utc_time.h"
#include "core/version.h"
#include "report/client_text.h"
#include "scenario/client_check.h"
#include "scenario/drive.h"
#include "scenario/drive_rows.h"
#include "scenario/drive_setup.h"
#include "scenario/embedded_server.h"
#include "scenario/run_telemetry.h"
#include "scenario/scenario_file.h"

namespace spillway::cli {
namespace {

constexpr int kInvalid = 2;
constexpr std::chrono::seconds kServerPatience(20);
constexpr std::chrono::seconds kSelfTest(5);
constexpr std::chrono::milliseconds kCalibration(300);

// A line a second on a terminal, of a run that takes longer than two.
class DriveProgress {
 public:
  explicit DriveProgress(const scenario::Drive& drive)
      : thread_([&drive](const std::stop_token& stop) {
          const bool terminal = ::isatty(STDERR_FILENO) == 1;
          for (int tenths = 0; !stop.stop_requested(); ++tenths) {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            if (!terminal || tenths < 20 || tenths % 10 != 0) continue;
            fmt::print(stderr, "\r{} of {} requests", drive.ended(), drive.planned());
          }
          if (terminal) fmt::print(stderr, "\r\033[K");
        }) {}

 private:
  std::jthread thread_;
};

class DriveCommand final : public Command {
 public:
  explicit DriveCommand(CLI::App& program)
      : app_(program.add_subcommand(
            "drive",
            "Drive a serving endpoint through a scenario, with evidence of what its KV "
            "tiers did")),
        settings_(scenario::drive_rows(), "drive"),
        flags_(*app_, settings_) {
    app_->footer(
        "Without --base-url an endpoint of our own (spillway serve) is started, and --tier-mode\n"
        "sets it up. The run's directory is printed at the end (docs/drive.md).\n"
        "Examples:\n"
        "  spillway drive --scenario rehydrate_replay --tier-mode B2 --io-attrib --stream\n"
        "  spillway drive --base-url http://127.0.0.1:8000 --requests 64 --concurrency 4 --stream\n"
        "  spillway analyse io-attribution --run-dir bench/results/<run>\n"
        "  spillway drive --self-test   # what this client can do on this machine\n"
        "Statuses: 0 the run is valid, 1 failed before there was a run, 2 the run is invalid (its\n"
        "files say why) or bad input, 130 interrupted (what was measured is kept).");
  }

  bool chosen() const override { return app_->parsed(); }

  int run() override {
    environment_ = scenario::process_environment();
    scenario::apply_drive_variables(environment_, settings_);
    flags_.apply(environment_);
    scenario::apply_scenario_settings(scenario::find_scenario(settings_.text("scenario")),
                                      settings_);
    scenario::DriveConfig config = scenario::drive_config(settings_, environment_);
    if (config.self_test) refuse_others();
    const Signals signals([this](int /*signal*/, int count) { end(count); });
    const UtcTime created = utc_now();
    if (config.run_id.empty()) config.run_id = utc_token(created);
    std::optional<scenario::DriveSetup> setup;  // reads what the input names
    if (!config.self_test) setup.emplace(settings_, config);
    try {
      return config.self_test ? test_client() : drive(config, *setup, created);
    } catch (const Error& error) {
      fmt::print(stderr, "spillway: {}\n", error.what());
      return kFailedEarly;
    }
  }

 private:
  static constexpr int kFailedEarly = 1;

  void end(int count) {
    const std::scoped_lock lock(mutex_);
    if (count > 1 || drive_ == nullptr) std::_Exit(kInterrupted);
    interrupted_ = true;
    fmt::print(stderr, "\nStopping; what was measured is kept\n");
    drive_->stop();
  }

  void refuse_others() const {
    for (const record::Setting& one : settings_.effective()) {
      if (one.origin == record::Origin::command_line && one.name != "self-test") {
        throw Error(
            fmt::format("--self-test measures the client alone: --{} would do nothing", one.name));
      }
    }
  }

  static int test_client() {
    const std::string directory = fmt::format(
        "{}/spillway-self-test-{}", std::filesystem::temp_directory_path().string(), ::getpid());
    const ProcessorSplit split = split_processors();
    pin_thread(split.client);
    fmt::print(stderr, "Measuring this client against the null server, twice for {} s\n",
               kSelfTest.count());
    fmt::print("{}",
               report::client_text(scenario::check_client(
                   {.directory = directory, .length = kSelfTest, .server_cpus = split.server})));
    return kSuccess;
  }

  static void calibrate(const scenario::DriveConfig& config, const DriveFiles& files,
                        analysis::DriveRun& run, const ProcessorSplit& split) {
    if (!config.calibrate) {
      run.client_missing = "--calibrate off";
      return;
    }
    try {
      run.client = scenario::check_client({.directory = files.path_of("calibration"),
                                           .length = kCalibration,
                                           .server_cpus = split.server});
    } catch (const Error& error) {
      run.client_missing = error.what();
    }
  }

  int drive(scenario::DriveConfig& config, const scenario::DriveSetup& setup, UtcTime created) {
    const DriveFiles files(config.results_root, config.run_id);
    analysis::DriveRun run = setup.describe(created, environment_);
    run.fingerprint.emplace_back("spillway", version_text());
    report::DriveMachine machine;
    machine.nvme_device = config.evidence.nvme_device;
    machine.io_attribution = config.evidence.io_attribution;
    setup.plan(run);
    files.write_manifests(setup.phases());
    files.write_settings(config, settings_, run, setup.phases(), setup.preflight());
    if (setup.preflight().failed) {
      run.invalidate("prompt_preflight_failed", setup.preflight().errors.front());
    } else if (config.virtual_time) {
      simulate(config, files, setup, run);
    } else {
      run_for_real(config, files, setup, run, machine);
    }
    files.write_results(run, machine, config.report_file);
    write_drive_exports(files, config, settings_, run, setup.phases(), interrupted_);
    fmt::print("{}\n", files.path());
    if (interrupted_) return kInterrupted;
    if (!run.valid()) {
      fmt::print(stderr, "The run is invalid: {}{}{}\n", run.invalid_reason,
                 run.invalid_details.empty() ? "" : ": ",
                 run.invalid_details.empty() ? "" : run.invalid_details.front());
    }
    return run.valid() ? kSuccess : kInvalid;
  }

  void simulate(scenario::DriveConfig& config, const DriveFiles& files,
                const scenario::DriveSetup& setup, analysis::DriveRun& run) {
    const scenario::DriveEndpoint endpoint = setup.in_process(config, run);
    scenario::Drive drive(config, endpoint, setup.phases(), setup.tokenizer(),
                          files.path_of("requests.jsonl"));
    send(drive, config, files, setup, run, nullptr);
    if (config.evidence.capture_pages) files.write_pages(config, run);
  }

  // `telemetry`: null in virtual time.
  void send(scenario::Drive& drive, const scenario::DriveConfig& config, const DriveFiles& files,
            const scenario::DriveSetup& setup, analysis::DriveRun& run,
            scenario::RunTelemetry* telemetry) {
    if (config.store_responses) std::filesystem::create_directory(files.path_of("responses"));
    hold(&drive);
    {
      const DriveProgress progress(drive);
      drive.run(run, {.resolved =
                          [&](const std::string& /*model*/) {
                            files.write_settings(config, settings_, run, setup.phases(),
                                                 setup.preflight());
                          },
                      .phase_begins =
                          [&](const std::string& phase) {
                            if (telemetry != nullptr) telemetry->phase_begins(phase);
                          },
                      .phase_ended =
                          [&](const analysis::DriveRun& all, analysis::DrivePhaseRun& phase) {
                            if (telemetry != nullptr) {
                              phase.cache_directory = telemetry->phase_ended(phase.name);
                            }
                            files.write_phase(all, phase);
                          }});
    }
    hold(nullptr);
  }

  void run_for_real(scenario::DriveConfig& config, const DriveFiles& files,
                    const scenario::DriveSetup& setup, analysis::DriveRun& run,
                    report::DriveMachine& machine) {
    std::optional<scenario::EmbeddedServer> server;
    scenario::DriveEndpoint endpoint;
    const ProcessorSplit split = split_processors();
    if (!config.target.base) pin_thread(split.client);
    calibrate(config, files, run, split);
    if (config.target.base) {
      endpoint = {.base = *config.target.base,
                  .kvbm_url = config.evidence.kvbm_url,
                  .system_url = config.evidence.system_url,
                  .pages_kvbm_url = config.evidence.snapshot_kvbm_url};
    } else {
      server.emplace(setup.server_options(files.path(), split.server));
      endpoint = setup.adopt(*server, config, run);
    }
    machine.before = scenario::device_metadata_of(config, "pre");
    files.write("device_metadata_pre.json", record::device_metadata_json(*machine.before));
    const auto telemetry = telemetry_of(config, files, server);
    telemetry->start();
    scenario::Drive drive(config, endpoint, setup.phases(), setup.tokenizer(),
                          files.path_of("requests.jsonl"));
    send(drive, config, files, setup, run, telemetry.get());
    telemetry->finish();
    machine.identity = telemetry->identity();
    machine.smart_before = telemetry->smart_before();
    machine.smart_after = telemetry->smart_after();
    machine.cadence = telemetry->cadence();
    machine.telemetry_warnings = telemetry->warnings();
    if (server) server->stop(kServerPatience);
    machine.after = scenario::device_metadata_of(config, "post");
    files.write("device_metadata_post.json", record::device_metadata_json(*machine.after));
    if (config.evidence.capture_pages) files.write_pages(config, run);
    if (config.evidence.io_attribution) files.write_io(config, run, drive.samples(), machine);
  }

  static std::unique_ptr<scenario::RunTelemetry> telemetry_of(
      const scenario::DriveConfig& config, const DriveFiles& files,
      const std::optional<scenario::EmbeddedServer>& server) {
    const scenario::DriveEvidence& evidence = config.evidence;
    scenario::RunTelemetryOptions options;
    options.directory = files.path();
    options.nvme_device = evidence.nvme_device;
    options.block_device = evidence.block_device;
    if (config.kv.disk_gb > 0) options.cache_dir = evidence.cache_dir;
    if (server) options.server = server->id();
    options.interval = evidence.telemetry_interval;
    options.tools = evidence.tools;
    options.iostat_device =
        evidence.iostat_device.empty() ? evidence.block_device : evidence.iostat_device;
    options.pid = evidence.telemetry_pid;
    if (config.target.base) options.container = evidence.container;
    options.logs = evidence.service_logs;
    return scenario::run_telemetry(std::move(options));
  }

  void hold(scenario::Drive* drive) {
    const std::scoped_lock lock(mutex_);
    drive_ = drive;
  }

  CLI::App* app_;
  scenario::Settings settings_;
  Flags flags_;
  scenario::EnvironmentVariables environment_;
  std::mutex mutex_;
  scenario::Drive* drive_ = nullptr;
  bool interrupted_ = false;
};

}  // namespace

std::unique_ptr<Command> drive_command(CLI::App& program) {
  return std::make_unique<DriveCommand>(program);
}

}  // namespace spillway::cli
