// SPDX-License-Identifier: Apache-2.0
#include "scenario/drive_setup.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "core/bytes.h"
#include "core/sha256.h"
#include "kv/catalogue.h"
#include "scenario/drive_workload.h"
#include "scenario/in_process_server.h"
#include "scenario/load_settings.h"
#include "scenario/serve_settings.h"
#include "scenario/tokenizer_file.h"
#include "telemetry/block_device.h"
#include "telemetry/command_runner.h"
#include "telemetry/device_metadata.h"
#include "telemetry/process_scan.h"

namespace spillway::scenario {
namespace {

constexpr Bytes kDeviceBytes = 4_GiB;  // that serve models by itself

// What the modelled accelerator needs for one request of so many tokens; 0 for a model that is in a
// file.
Bytes device_bytes_for(std::uint64_t tokens,
                       const std::vector<std::pair<std::string, std::string>>& given) {
  std::string name = "llama3.1-8b";
  for (const auto& [setting, value] : given) {
    if (setting == "model") name = value;
    if (setting == "model-config") return Bytes(0);
  }
  const kv::ModelShape* const model = kv::find_model(name);
  return model == nullptr ? Bytes(0) : kv::bytes_per_token(*model) * tokens;
}

// The name of the run is in it: the same name, the same prompts.
void bust(const DriveConfig& config, const kv::Tokenizer& tokenizer,
          std::vector<workload::DrivePrompt>& prompts) {
  for (workload::DrivePrompt& prompt : prompts) {
    const std::string& one = config.cache_bust == CacheBust::prompt ? prompt.id : "";
    // A hash differs from its first letters on; names of runs often begin alike.
    const std::string salt = sha256_hex(config.run_id + "/" + one).substr(0, 32) + "\n";
    prompt.text.insert(0, salt);
    prompt.tokens_est += tokenizer.count(salt);
    prompt.sha256 = sha256_hex(prompt.text);
  }
}

workload::DrivePhases phases_of(const DriveConfig& config, const workload::ScenarioSpec& spec,
                                const workload::Plan* plan, const kv::Tokenizer& tokenizer) {
  workload::DrivePhases phases = workload::drive_phases(spec, tokenizer, plan);
  const std::optional<std::uint32_t> most = config.workload.longest_answer;
  for (workload::DrivePrompt& prompt : phases.prompts) {
    if (most && prompt.max_tokens) prompt.max_tokens = std::min(*prompt.max_tokens, *most);
  }
  if (config.cache_bust != CacheBust::none) bust(config, tokenizer, phases.prompts);
  return phases;
}

}  // namespace

DriveSetup::DriveSetup(const Settings& settings, const DriveConfig& config)
    : config_(config),
      tokenizer_(make_tokenizer(config.tokenizer)),
      scenario_(find_scenario(settings.text("scenario"))),
      spec_(read_scenario(scenario_, settings)),
      workload_(open_drive_workload(config.workload, spec_)),
      phases_(phases_of(config, spec_, workload_.get(), *tokenizer_)),
      preflight_(workload::check_prompts(phases_, config.requests.engine_max_input_tokens,
                                         config.requests.max_tokens,
                                         config.requests.safety_margin)) {}

analysis::DriveRun DriveSetup::describe(UtcTime created,
                                        const EnvironmentVariables& environment) const {
  analysis::DriveRun run;
  run.run_id = config_.run_id;
  run.created = created;
  run.scenario = scenario_.name;
  run.stream = config_.requests.stream;
  run.record_ttfb = config_.requests.record_ttfb;
  run.include_usage = config_.requests.stream && config_.requests.include_usage;
  if (config_.load.stream_timeout) run.stream_timeout_s = to_seconds(*config_.load.stream_timeout);
  run.kv = config_.kv;
  run.kv_runtime_env = stack_variables(environment);
  run.variant_tags = config_.variant_tags;
  run.block_device = config_.evidence.block_device;
  run.worker_pattern = config_.evidence.process_pattern;
  run.allow_missing_kvbm = config_.evidence.allow_missing_kvbm;
  if (workload_ != nullptr) {
    const workload::PlanSummary& plan = workload_->summary();
    run.notes.push_back(fmt::format("workload {}: {} requests, plan {}; answers of its own lengths",
                                    plan.format, plan.requests, plan.hash));
  }
  return run;
}

void DriveSetup::plan(analysis::DriveRun& run) const {
  for (const workload::DrivePhase& phase : phases_.phases) {
    analysis::DrivePhaseRun& planned = run.phases.emplace_back();
    planned.name = phase.name;
    planned.role = name_of(phase.role);
    planned.concurrency = phase.concurrency;
    planned.planned = phase.prompts.size();
    planned.unsent = phase.prompts.size();
    planned.include = phase.include();
    planned.sums = analysis::PhaseSums(config_.peers, config_.objectives);
  }
}

EmbeddedServerOptions DriveSetup::server_options(const std::string& run_directory,
                                                 std::vector<unsigned> cpus) const {
  EmbeddedServerOptions options;
  options.directory = run_directory;
  options.cpus = std::move(cpus);
  const auto set = [&](const std::string& name, const std::string& value) {
    const auto given = std::ranges::find(config_.target.serve_settings, name,
                                         &std::pair<std::string, std::string>::first);
    if (given == config_.target.serve_settings.end()) options.settings.emplace_back(name, value);
  };
  std::uint64_t largest = 0;
  for (const workload::DrivePrompt& prompt : phases_.prompts) {
    largest = std::max(largest,
                       prompt.tokens_est + prompt.max_tokens.value_or(config_.requests.max_tokens));
  }
  const std::uint64_t taken = std::max(largest, config_.requests.engine_max_input_tokens);
  set("tier-mode", config_.kv.tier);
  set("max-num-tokens", std::to_string(taken));
  set("max-model-len", std::to_string(taken));
  const Bytes device = device_bytes_for(largest, config_.target.serve_settings);
  if (device > kDeviceBytes)
    set("gpu-cache-gb", std::to_string(device.count() / (1_GiB).count() + 1));
  if (config_.kv.cpu_gb > 0) set("cpu-cache-gb", fmt::format("{}", config_.kv.cpu_gb));
  if (config_.kv.disk_gb > 0) {
    set("disk-cache-gb", fmt::format("{}", config_.kv.disk_gb));
    if (config_.kv.disable_disk_offload_filter) set("disk-filter", "all");
    if (!config_.evidence.derive_cache_dir) set("cache-dir", config_.evidence.cache_dir);
  }
  if (config_.tokenizer != "auto") set("tokenizer", config_.tokenizer);
  options.settings.insert(options.settings.end(), config_.target.serve_settings.begin(),
                          config_.target.serve_settings.end());
  return options;
}

DriveEndpoint DriveSetup::in_process(DriveConfig& config, analysis::DriveRun& run) const {
  std::vector<GivenValue> given;
  for (const auto& [name, value] : server_options("", {}).settings) {
    given.push_back({.setting = name, .text = value});
  }
  Settings settings(serve_settings());
  load_settings({}, given, settings);
  DriveEndpoint endpoint{.base = net::parse_url(InProcessServer::kBaseUrl),
                         .kvbm_url = InProcessServer::kKvbmUrl,
                         .system_url = InProcessServer::kSystemUrl,
                         .pages_kvbm_url = InProcessServer::kKvbmUrl,
                         .in_process = serve_config(settings)};
  config.target.base_text = InProcessServer::kBaseUrl;
  config.evidence.block_device.clear();
  config.evidence.process_pattern.clear();
  config.evidence.cache_dir.clear();
  run.block_device.clear();
  run.worker_pattern.clear();
  run.client_missing = "in virtual time nothing is measured";
  run.notes.emplace_back("in virtual time, with an endpoint of our own in this process");
  return endpoint;
}

DriveEndpoint DriveSetup::adopt(const EmbeddedServer& server, DriveConfig& config,
                                analysis::DriveRun& run) const {
  run.notes.push_back("an endpoint of our own served: " + server.command());
  DriveEvidence& evidence = config.evidence;
  evidence.kvbm_url = server.kvbm_url();
  evidence.system_url = server.system_url();
  const auto derived = [&](const char* flag, const std::string& value) {
    run.notes.push_back(fmt::format("--{}: {} (derived)", flag, value));
  };
  if (evidence.derive_pattern) {
    evidence.process_pattern = "spillway serve|exe serve";
    derived("worker-proc-pattern", evidence.process_pattern);
  }
  if (evidence.derive_cache_dir) {
    evidence.cache_dir = server.cache_directory().empty()
                             ? std::filesystem::temp_directory_path().string()
                             : server.cache_directory();
    derived("kvbm-cache-dir", evidence.cache_dir);
  }
  if (evidence.derive_block_device) {
    const std::string device = telemetry::device_of(evidence.cache_dir);
    if (!device.empty()) evidence.block_device = device;
    derived("phase-io-device", evidence.block_device);
  }
  run.block_device = evidence.block_device;
  run.worker_pattern = evidence.process_pattern;
  config.target.base_text = server.base_url();
  return {.base = net::parse_url(server.base_url()),
          .kvbm_url = evidence.kvbm_url,
          .system_url = evidence.system_url,
          .pages_kvbm_url = evidence.kvbm_url};
}

record::DeviceMetadata device_metadata_of(const DriveConfig& config, const std::string& stage) {
  return telemetry::device_metadata({.device_hint = config.evidence.nvme_device,
                                     .cache_directory = config.evidence.cache_dir,
                                     .io_device = config.evidence.block_device},
                                    stage, [](const std::vector<std::string>& command) {
                                      return telemetry::run_command(command,
                                                                    std::chrono::seconds(20));
                                    });
}

std::string open_file_method() { return telemetry::kOpenFileMethod; }

}  // namespace spillway::scenario
