// SPDX-License-Identifier: Apache-2.0
#include "scenario/run_telemetry.h"

#include <fmt/core.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/utc_time.h"
#include "record/completion_log.h"
#include "record/new_file.h"
#include "telemetry/nvme_query.h"
#include "text/json_writer.h"

namespace spillway::scenario {
namespace {

constexpr std::chrono::milliseconds kToolPatience(2000);
constexpr std::size_t kLogPiece = 1U << 20U;

// Whole seconds, which is all that these tools take.
std::string seconds_text(Duration interval) {
  const auto seconds = std::chrono::round<std::chrono::seconds>(interval).count();
  return std::to_string(std::max<std::int64_t>(seconds, 1));
}

}  // namespace

RunTelemetry::RunTelemetry(RunTelemetryOptions options, telemetry::RunCommand run)
    : options_(std::move(options)),
      run_(std::move(run)),
      telemetry_(options_.directory + "/telemetry") {
  std::filesystem::create_directory(telemetry_);
}

RunTelemetry::~RunTelemetry() { finish(); }

void RunTelemetry::start() {
  identity_ = ask_drive("id-ctrl", "nvme_identity.json");
  smart_before_ = ask_drive("smart-log", "nvme_smart_pre.json");
  snapshot("start");
  start_sampler();
  if (options_.tools) start_tools();
  for (const std::string& log : options_.logs) {
    std::error_code absent;  // it may come later
    const std::uintmax_t size = std::filesystem::file_size(log, absent);
    log_sizes_.push_back(absent ? 0 : size);
  }
  warnings_at_start_ = warnings_.size();
}

record::NvmeQuery RunTelemetry::ask_drive(const std::string& subcommand, const std::string& file) {
  record::NvmeQuery query = telemetry::query_nvme(run_, subcommand, options_.nvme_device);
  write(options_.directory + "/" + file, record::nvme_query_json(query));
  return query;
}

telemetry::DirectorySnapshot RunTelemetry::snapshot(const std::string& label) {
  if (options_.cache_dir.empty()) return {};
  telemetry::DirectorySnapshot taken = telemetry::directory_snapshot(options_.cache_dir, utc_now());
  try {
    telemetry::write_directory_snapshot(taken, record::safe_file_name(label), telemetry_);
  } catch (const Error& error) {
    warnings_.emplace_back(error.what());
  }
  return taken;
}

void RunTelemetry::phase_begins(const std::string& phase) { before_ = snapshot("before_" + phase); }

std::optional<record::DirectoryChurn> RunTelemetry::phase_ended(const std::string& phase) {
  if (options_.cache_dir.empty()) return std::nullopt;
  return telemetry::directory_churn(before_, snapshot("after_" + phase));
}

void RunTelemetry::start_sampler() {
  samples_.open(path_of("host.jsonl"));
  try {
    sampler_ = std::make_unique<telemetry::HostSampler>(
        telemetry::HostSamplerOptions{.reader = {.root = "",
                                                 .device = options_.block_device,
                                                 .pattern = "",
                                                 .group_of = options_.server},
                                      .interval = options_.interval},
        [this](const record::HostSample& sample) {
          samples_ << record::host_sample_json(sample) << '\n';
        });
    started_.emplace_back("host");
  } catch (const Error& error) {
    warnings_.push_back(fmt::format("host: {}", error.what()));
  }
}

// A tool that is not there is no failure: the same figures are in our own samples.
void RunTelemetry::start_tool(const std::string& name, std::vector<std::string> command,
                              const std::string& output, const std::string& pid_file) {
  if (!run_({"sh", "-c", "command -v " + command.front()}).success) {
    warnings_.push_back(fmt::format("{}: not installed", name));
    return;
  }
  try {
    Tool tool{.name = name,
              .pid_file = path_of(pid_file),
              .process = std::make_unique<ChildProcess>(
                  ChildOptions{.arguments = std::move(command), .output = path_of(output)})};
    write(path_of(pid_file), fmt::format("{}\n", tool.process->id()));
    tools_.push_back(std::move(tool));
    started_.push_back(name);
  } catch (const Error& error) {
    warnings_.push_back(fmt::format("{}: {}", name, error.what()));
  }
}

void RunTelemetry::start_tools() {
  const std::string seconds = seconds_text(options_.interval);
  const std::string& device = options_.iostat_device;
  start_tool("iostat", {"iostat", "-x", "-d", device, seconds},
             fmt::format("iostat_{}.log", record::safe_file_name(device)), "iostat.pid");
  start_tool("pidstat", {"pidstat", "-d", "-r", "-u", "-h", "-p", options_.pid, seconds},
             "pidstat.log", "pidstat.pid");
  keep_output("nvidia-smi", {"nvidia-smi"}, "nvidia_smi_snapshot.txt");
  start_tool("nvidia-smi dmon", {"nvidia-smi", "dmon", "-s", "pucvmet", "-d", seconds},
             "nvidia_smi_dmon.log", "gpu_dmon.pid");
}

// A log that is shorter than it was has begun anew, and is kept whole.
void RunTelemetry::keep_log(const std::string& log, std::uintmax_t from, const std::string& name) {
  std::ifstream file(log, std::ios::binary | std::ios::ate);
  if (!file) {
    warnings_.push_back(fmt::format("{}: it cannot be read", log));
    return;
  }
  const auto size = static_cast<std::uintmax_t>(file.tellg());
  file.seekg(static_cast<std::streamoff>(size < from ? 0 : from));
  try {
    record::NewFile kept(path_of(name));
    std::string piece(kLogPiece, '\0');
    while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())), file.gcount() > 0) {
      kept.write(std::string_view(piece).substr(0, static_cast<std::size_t>(file.gcount())));
    }
    kept.keep();
    stopped_.push_back(log);
  } catch (const Error& error) {
    warnings_.emplace_back(error.what());
  }
}

// Both streams of a command that ends by itself, if it can be run.
void RunTelemetry::keep_output(const std::string& name, const std::vector<std::string>& command,
                               const std::string& file) {
  const telemetry::CommandAnswer answer = run_(command);
  if (!answer.success) {
    warnings_.push_back(fmt::format("{}: {}", name, answer.error));
    return;
  }
  write(path_of(file), answer.out + answer.err);
  started_.push_back(name);
}

void RunTelemetry::write(const std::string& path, const std::string& text) {
  try {
    record::write_new_file(path, text);
  } catch (const Error& error) {
    warnings_.emplace_back(error.what());
  }
}

void RunTelemetry::finish() {
  if (std::exchange(finished_, true)) return;
  for (Tool& tool : tools_) {
    tool.process->signal(SIGINT);  // on which iostat and pidstat write their averages
    tool.process->wait(kToolPatience);
    tool.process.reset();
    std::error_code ignored;  // another may have removed it
    std::filesystem::remove(tool.pid_file, ignored);
    stopped_.push_back(tool.name);
  }
  if (sampler_) {
    try {
      cadence_ = sampler_->finish();
      stopped_.emplace_back("host");
    } catch (const Error& error) {
      warnings_.push_back(fmt::format("host: {}", error.what()));
    }
    sampler_.reset();
    samples_.close();
  }
  snapshot("end");
  smart_after_ = ask_drive("smart-log", "nvme_smart_post.json");
  for (std::size_t i = 0; i < log_sizes_.size(); ++i) {
    const std::filesystem::path log(options_.logs[i]);
    keep_log(
        log.string(), log_sizes_[i],
        fmt::format("service_log_{}_{}", i + 1, record::safe_file_name(log.filename().string())));
  }
  if (options_.tools && !options_.container.empty()) {
    const std::string& name = options_.container;
    const std::string safe = record::safe_file_name(name);
    keep_output("docker logs", {"docker", "logs", name}, fmt::format("docker_{}_logs.txt", safe));
    keep_output("docker inspect", {"docker", "inspect", name},
                fmt::format("docker_{}_inspect.json", safe));
  }
  write(path_of("telemetry_report.json"), report());
}

std::string RunTelemetry::report() const {
  text::JsonWriter json(text::JsonLayout::pretty);
  json.begin_object();
  json.key("started").begin_object();
  json.key("started").values(started_);
  const auto end_of_start = warnings_.begin() + static_cast<std::ptrdiff_t>(warnings_at_start_);
  json.key("warnings").values({warnings_.begin(), end_of_start});
  json.end_object();
  json.key("stopped").begin_object();
  json.key("started").values(stopped_);
  json.key("warnings").values({end_of_start, warnings_.end()});
  json.end_object();
  json.key("cadence");
  if (cadence_) {
    json.raw(record::sample_cadence_json(*cadence_));
  } else {
    json.null();
  }
  json.end_object();
  return json.text() + "\n";
}

std::unique_ptr<RunTelemetry> run_telemetry(RunTelemetryOptions options) {
  return std::make_unique<RunTelemetry>(
      std::move(options), [](const std::vector<std::string>& command) {
        return telemetry::run_command(command, std::chrono::seconds(20));
      });
}

}  // namespace spillway::scenario
