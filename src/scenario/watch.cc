// SPDX-License-Identifier: Apache-2.0
#include "scenario/watch.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/utc_time.h"
#include "record/device_metadata.h"
#include "record/new_file.h"
#include "scenario/drive_rows.h"
#include "scenario/page_reader.h"
#include "scenario/run_telemetry.h"
#include "telemetry/block_device.h"
#include "telemetry/command_runner.h"
#include "telemetry/container.h"
#include "telemetry/device_metadata.h"
#include "telemetry/io_sampler.h"
#include "telemetry/memory_snapshot.h"
#include "telemetry/process_scan.h"
#include "telemetry/process_usage.h"
#include "telemetry/server_reading.h"

namespace spillway::scenario {
namespace {

// A setting that means here what it means for drive.
struct Shared {
  std::string_view name;
  // Where drive's help or default is about its own stack, which a workload that is not ours has
  // not: what stands in its place, and no default.
  std::string_view help = {};
};
constexpr std::array<Shared, 15> kShared = {{
    {.name = "phase-io-device",
     .help =
         "block device whose counters are read [that of the cache directory, else of this one]"},
    {.name = "worker-proc-pattern",
     .help = "regular expression of command lines [none: no processes are looked for]"},
    {.name = "nvme-device"},
    {.name = "kvbm-cache-dir", .help = "directory whose files are listed around windows [none]"},
    {.name = "container-name", .help = "container whose logs --collect-telemetry keeps [none]"},
    {.name = "service-log"},
    {.name = "server-metrics-url",
     .help = "page of metrics that we know, around windows: docs/server-metrics.md [none]"},
    {.name = "kvbm-metrics-timeout-s"},
    {.name = "telemetry-interval-s"},
    {.name = "collect-telemetry"},
    {.name = "telemetry-pid"},
    {.name = "iostat-device"},
    {.name = "io-attrib", .help = "who moved which bytes, at an interval: files in io/"},
    {.name = "io-attrib-interval-s"},
    {.name = "io-attrib-top-procs"},
}};

std::vector<Setting> make_table() {
  std::vector<Setting> table = {{.name = "config",
                                 .kind = Kind::path,
                                 .initial = "",
                                 .group = "Where settings come from",
                                 .help = "YAML file of settings, weaker than SPILLWAY_* variables "
                                         "and flags"},
                                {.name = "run-dir",
                                 .kind = Kind::path,
                                 .initial = "",
                                 .group = "Results",
                                 .help = "directory to make for what is collected [watch-<time>]"}};
  for (const Shared& shared : kShared) {
    const auto row = std::ranges::find(drive_rows(), shared.name, &Setting::name);
    check(row != drive_rows().end(), "watch shares settings that drive has");
    table.push_back(*row);
    if (shared.help.empty()) continue;
    table.back().help = shared.help;
    if (row->kind != Kind::flag) table.back().initial = "";
  }
  return table;
}

telemetry::RunCommand patient_runner() {
  return [](const std::vector<std::string>& command) {
    return telemetry::run_command(command, std::chrono::seconds(20));
  };
}

}  // namespace

std::span<const Setting> watch_settings() {
  static const std::vector<Setting> table = make_table();
  return table;
}

WatchConfig watch_config(const Settings& settings) {
  WatchConfig config{.run_dir = settings.text("run-dir"),
                     .block_device = settings.text("phase-io-device"),
                     .process_pattern = settings.text("worker-proc-pattern"),
                     .cache_dir = settings.text("kvbm-cache-dir"),
                     .nvme_device = settings.text("nvme-device"),
                     .container = settings.text("container-name"),
                     .service_logs = settings.list("service-log"),
                     .server_metrics_url = settings.text("server-metrics-url"),
                     .page_timeout = settings.seconds("kvbm-metrics-timeout-s"),
                     .interval = settings.seconds("telemetry-interval-s"),
                     .tools = settings.flag("collect-telemetry"),
                     .iostat_device = settings.text("iostat-device"),
                     .pid = settings.text("telemetry-pid"),
                     .io_attribution = settings.flag("io-attrib"),
                     .io_interval = std::max<Duration>(settings.seconds("io-attrib-interval-s"),
                                                       telemetry::IoSampler::kShortestInterval),
                     .top_processes = settings.integer("io-attrib-top-procs")};
  if (config.block_device.empty()) {
    config.block_device = telemetry::device_of(config.cache_dir.empty() ? "." : config.cache_dir);
  }
  if (!config.io_attribution) {
    settings.refuse_given({"io-attrib-interval-s", "io-attrib-top-procs"}, "without --io-attrib");
  }
  if (!config.tools) {
    settings.refuse_given({"telemetry-pid", "iostat-device", "container-name"},
                          "without --collect-telemetry");
  }
  if (config.iostat_device.empty()) config.iostat_device = config.block_device;
  return config;
}

struct Watch::Impl {
  explicit Impl(WatchConfig its_config)
      : config(std::move(its_config)), scan(config.process_pattern) {
    std::error_code error;
    if (!std::filesystem::create_directories(config.run_dir, error)) {
      throw Error(fmt::format("make {}: {}", config.run_dir,
                              error ? error.message() : "it exists; choose another --run-dir"));
    }
    run.created = utc_now();
    run.block_device = config.block_device;
    run.worker_pattern = config.process_pattern;
    run.cache_directory = config.cache_dir;
    run.server_metrics_url = config.server_metrics_url;
    write_metadata("pre");
    telemetry =
        std::make_unique<RunTelemetry>(RunTelemetryOptions{.directory = config.run_dir,
                                                           .nvme_device = config.nvme_device,
                                                           .cache_dir = config.cache_dir,
                                                           .block_device = config.block_device,
                                                           .server = std::nullopt,
                                                           .interval = config.interval,
                                                           .tools = config.tools,
                                                           .iostat_device = config.iostat_device,
                                                           .pid = config.pid,
                                                           .container = config.container,
                                                           .logs = config.service_logs},
                                       patient_runner());
    telemetry->start();
    if (config.io_attribution) {
      sampler.emplace(telemetry::IoSamplerOptions{.device = config.block_device,
                                                  .pattern = config.process_pattern,
                                                  .fallback = config.top_processes,
                                                  .cache_directory = config.cache_dir,
                                                  .interval = config.io_interval});
    }
    begin(read("start", "start"));
  }

  analysis::WatchReading read(const std::string& label, const std::string& boundary) {
    const record::BoundaryLabel at{
        .label = "phase_" + boundary, .phase = label, .boundary = boundary};
    if (sampler) sampler->mark(at);
    const UtcTime now = utc_now();
    analysis::WatchReading reading{.taken = now,
                                   .block = telemetry::block_sample(config.block_device, now),
                                   .worker = {},
                                   .memory = telemetry::meminfo_snapshot(at, now),
                                   .paging = telemetry::vmstat_snapshot(at, now),
                                   .server = {}};
    if (!config.process_pattern.empty()) reading.worker = scan.worker_io(now, std::nullopt);
    const analysis::CapturedPage page = read_page(config.server_metrics_url, config.page_timeout);
    reading.server = page.success ? telemetry::server_reading(page.text)
                                  : telemetry::failed_server_reading(
                                        page.skipped ? "no --server-metrics-url" : page.error);
    return reading;
  }

  void begin(analysis::WatchReading reading) {
    before = std::move(reading);
    telemetry->phase_begins(fmt::format("window_{}", run.windows.size() + 1));
  }

  void end(const std::string& label) {
    analysis::WatchWindow window{.label = unique(label),
                                 .before = std::move(before),
                                 .after = read(label, "end"),
                                 .cache_directory = {}};
    window.cache_directory =
        telemetry->phase_ended(fmt::format("window_{}", run.windows.size() + 1));
    run.windows.push_back(std::move(window));
  }

  std::string unique(const std::string& label) const {
    std::string name = label;
    for (int n = 2;
         std::ranges::find(run.windows, name, &analysis::WatchWindow::label) != run.windows.end();
         ++n) {
      name = fmt::format("{}-{}", label, n);
    }
    return name;
  }

  void write_metadata(const std::string& stage) {
    try {
      record::write_new_file(fmt::format("{}/device_metadata_{}.json", config.run_dir, stage),
                             record::device_metadata_json(
                                 telemetry::device_metadata({.device_hint = config.nvme_device,
                                                             .cache_directory = config.cache_dir,
                                                             .io_device = config.block_device},
                                                            stage, patient_runner())));
    } catch (const Error& error) {
      run.warnings.emplace_back(error.what());
    }
  }

  WatchConfig config;
  std::optional<telemetry::ProcessIo> own;  // when the command began
  telemetry::ProcessScan scan;
  analysis::WatchRun run;
  analysis::WatchReading before;
  std::unique_ptr<RunTelemetry> telemetry;
  std::optional<telemetry::IoSampler> sampler;
  record::IoSamples samples;
};

Watch::Watch(WatchConfig config) : impl_(std::make_unique<Impl>(std::move(config))) {}

Watch::~Watch() = default;

void Watch::command_begins() { impl_->own = telemetry::read_process_io(); }

void Watch::command_ended() {
  const std::optional<telemetry::ProcessIo>& before = impl_->own;
  const auto now = telemetry::read_process_io();
  if (!before || !now) return;
  impl_->run.command_io = {.read_bytes = now->read_bytes - before->read_bytes,
                           .write_bytes = now->write_bytes - before->write_bytes};
}

void Watch::snapshot(const std::string& label) {
  impl_->end(label);
  impl_->begin(impl_->run.windows.back().after);
}

void Watch::finish(const std::string& label) {
  impl_->end(label);
  analysis::WatchRun& run = impl_->run;
  run.ended = run.windows.back().after.taken;
  std::optional<telemetry::IoSampler>& sampler = impl_->sampler;
  if (sampler) impl_->samples = sampler->finish();
  impl_->telemetry->finish();
  run.cadence = impl_->telemetry->cadence();
  const std::vector<std::string>& warnings = impl_->telemetry->warnings();
  run.warnings.insert(run.warnings.end(), warnings.begin(), warnings.end());
  impl_->write_metadata("post");
}

analysis::WatchRun& Watch::run() { return impl_->run; }
const std::string& Watch::directory() const { return impl_->config.run_dir; }
const record::IoSamples& Watch::io_samples() const { return impl_->samples; }

}  // namespace spillway::scenario
