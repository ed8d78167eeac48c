// SPDX-License-Identifier: Apache-2.0
#include "scenario/drive_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "core/error.h"
#include "scenario/exposure.h"

namespace spillway::scenario {
namespace {

constexpr double kDefaultCpuGb = 8;
constexpr double kDefaultDiskGb = 32;
constexpr Duration kShortestPoll = std::chrono::milliseconds(100);
constexpr Duration kShortestInterval = std::chrono::milliseconds(200);

std::optional<std::uint32_t> small(const Settings& settings, std::string_view name) {
  if (!settings.is_set(name)) return std::nullopt;
  return static_cast<std::uint32_t>(settings.integer(name));
}

std::uint32_t count(const Settings& settings, std::string_view name) {
  return static_cast<std::uint32_t>(settings.integer(name));
}

std::optional<Duration> seconds_if(const Settings& settings, std::string_view name) {
  return settings.is_set(name) ? std::optional(settings.seconds(name)) : std::nullopt;
}

record::KvMode read_kv(const Settings& settings) {
  record::KvMode kv{.mode = settings.text("kv-mode"), .tier = settings.text("tier-mode")};
  constexpr std::array<const char*, 3> kModes = {"off", "cpu_only", "cpu_disk"};
  constexpr std::array<const char*, 3> kTiers = {"B0", "B1", "B2"};
  std::size_t which = 0;
  if (kv.tier.empty()) {
    which = static_cast<std::size_t>(std::ranges::find(kModes, kv.mode) - kModes.begin());
  } else {
    which = static_cast<std::size_t>(kv.tier.back() - '0');
  }
  kv.mode = kModes.at(which);
  kv.tier = kTiers.at(which);
  kv.enabled = which > 0;
  const auto gb = [&](const char* name, double initial) {
    return settings.is_set(name) ? settings.number(name) : initial;
  };
  if (which > 0) kv.cpu_gb = gb("kv-cpu-cache-gb", kDefaultCpuGb);
  if (which > 1) kv.disk_gb = gb("kv-disk-cache-gb", kDefaultDiskGb);
  kv.disable_partial_reuse = settings.flag("diagnostic-disable-partial-reuse");
  kv.disable_block_reuse = settings.flag("diagnostic-disable-block-reuse");
  kv.disable_disk_offload_filter = settings.flag("diagnostic-disable-disk-offload-filter");
  return kv;
}

// NAME=VALUE, each a setting of another command.
std::vector<std::pair<std::string, std::string>> read_pairs(const Settings& settings,
                                                            const char* name, const char* command) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const std::string& one : settings.list(name)) {
    const std::size_t equals = one.find('=');
    if (equals == 0 || equals == one.npos) {
      throw Error(fmt::format("--{} {}: expected NAME=VALUE, as of a flag of spillway {}", name,
                              one, command));
    }
    all.emplace_back(one.substr(0, equals), one.substr(equals + 1));
  }
  return all;
}

CacheBust read_cache_bust(const std::string& word) {
  if (word == "none") return CacheBust::none;
  return word == "run" ? CacheBust::run : CacheBust::prompt;
}

DriveWorkload read_drive_workload(const Settings& settings) {
  DriveWorkload workload{.settings = read_pairs(settings, "workload-set", "bench"),
                         .by_time = settings.text("arrival") == "trace",
                         .longest_answer = std::nullopt};
  if (settings.was_given("max-tokens")) workload.longest_answer = count(settings, "max-tokens");
  return workload;
}

DriveTarget read_target(const Settings& settings) {
  DriveTarget target{
      .base = std::nullopt,
      .base_text = settings.text("base-url"),
      .model = settings.text("model-id"),
      .resolve_timeout = settings.seconds("model-resolve-timeout-s"),
      .resolve_poll = std::max(settings.seconds("model-resolve-poll-s"), kShortestPoll),
      .api_key = settings.is_set("api-key-file")
                     ? first_line_of(settings.text("api-key-file"), "--api-key-file")
                     : std::string(),
      .tls = {.ca_file = settings.text("tls-ca"), .insecure = settings.flag("insecure")},
      .serve_settings = read_pairs(settings, "serve-set", "serve")};
  while (target.base_text.ends_with('/')) target.base_text.pop_back();
  if (!target.base_text.empty()) {
    target.base = net::parse_url(target.base_text);
    settings.refuse_given({"serve-set"}, "with --base-url, a server that runs already");
  }
  if (!target.base || !target.base->tls) {
    settings.refuse_given({"tls-ca", "insecure"}, "with a server that is not https");
  }
  return target;
}

load::Gaps gaps_of(const std::string& arrival) {
  if (arrival == "constant") return load::Gaps::constant;
  return arrival == "poisson" ? load::Gaps::poisson : load::Gaps::gamma;
}

DriveLoad read_load(const Settings& settings) {
  DriveLoad load{.options = {},
                 .concurrency = count(settings, "concurrency"),
                 .timeout = settings.seconds("timeout-s"),
                 .stream_timeout = seconds_if(settings, "stream-timeout-s"),
                 .stall = settings.seconds("stall-timeout-s")};
  load.options.think = settings.seconds("think-time-s");
  load.options.ramp = settings.seconds("ramp-s");
  load.options.in_flight = settings.integer("max-in-flight");
  load.options.seed = settings.integer("seed");
  const std::string& arrival = settings.text("arrival");
  if (arrival == "closed" || arrival == "sessions") {
    settings.refuse_given({"request-rate", "burstiness", "max-in-flight"}, "in a closed loop");
    if (arrival == "closed") settings.refuse_given({"think-time-s"}, "without --arrival sessions");
    load.options.schedule =
        arrival == "closed" ? load::CallSchedule::closed : load::CallSchedule::sessions;
    return load;
  }
  settings.refuse_given({"concurrency", "think-time-s", "ramp-s"}, "in an open loop");
  if (arrival == "trace") {
    settings.refuse_given({"request-rate", "burstiness"}, "at recorded times");
    load.options.schedule = load::CallSchedule::trace;
    return load;
  }
  if (!settings.is_set("request-rate")) {
    throw Error(fmt::format("--arrival {}: give a --request-rate as well", arrival));
  }
  if (arrival != "gamma") settings.refuse_given({"burstiness"}, "without --arrival gamma");
  load.options.schedule = load::CallSchedule::rate;
  load.options.rate = {.gaps = gaps_of(arrival),
                       .per_second = settings.number("request-rate"),
                       .burstiness = settings.number("burstiness")};
  return load;
}

SanityConfig read_sanity(const Settings& settings) {
  SanityConfig sanity{.validate = settings.flag("ttfc-sanity-validate"),
                      .fail_on_error = settings.flag("ttfc-sanity-fail-on-error"),
                      .requests = count(settings, "ttfc-sanity-requests"),
                      .concurrency = small(settings, "ttfc-sanity-concurrency"),
                      .short_max_tokens = count(settings, "ttfc-sanity-short-max-tokens"),
                      .long_max_tokens = count(settings, "ttfc-sanity-long-max-tokens"),
                      .ttfc_ratio = settings.number("ttfc-sanity-ttfc-ratio-threshold"),
                      .ttft_ratio = settings.number("ttfc-sanity-ttft-ratio-threshold")};
  if (sanity.long_max_tokens < sanity.short_max_tokens) {
    throw Error(
        "--ttfc-sanity-long-max-tokens: give at least as many as "
        "--ttfc-sanity-short-max-tokens");
  }
  return sanity;
}

std::string port_of(const EnvironmentVariables& variables, const char* name, const char* initial) {
  const auto found = variables.find(name);
  return found == variables.end() || found->second.empty() ? initial : found->second;
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    if (c != ' ' && c != ',') {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  return words;
}

bool is_virtual(const Settings& settings) { return settings.text("clock") == "virtual"; }

// What looks at a server, a device or a process that virtual time does not have.
void refuse_beside_virtual_time(const Settings& settings) {
  settings.refuse_given({"base-url",
                         "api-key-file",
                         "tls-ca",
                         "insecure",
                         "phase-io-device",
                         "worker-proc-pattern",
                         "nvme-device",
                         "io-attrib",
                         "io-attrib-interval-s",
                         "io-attrib-top-procs",
                         "kvbm-cache-dir",
                         "container-name",
                         "service-log",
                         "kvbm-metrics-url",
                         "metrics-system-url",
                         "metrics-kvbm-url",
                         "server-metrics-url",
                         "telemetry-interval-s",
                         "collect-telemetry",
                         "telemetry-pid",
                         "iostat-device",
                         "calibrate",
                         "self-test"},
                        "with --clock virtual");
}

DriveEvidence read_evidence(const Settings& settings, const EnvironmentVariables& variables) {
  const auto page = [&](const char* name, const char* variable, const char* port) {
    if (settings.is_set(name)) return settings.text(name);
    return fmt::format("http://127.0.0.1:{}/metrics", port_of(variables, variable, port));
  };
  DriveEvidence evidence{
      .block_device = settings.text("phase-io-device"),
      .process_pattern = settings.text("worker-proc-pattern"),
      .nvme_device = settings.text("nvme-device"),
      .io_attribution =
          settings.flag("io-attrib") || (settings.text("base-url").empty() &&
                                         !is_virtual(settings) && !settings.was_given("io-attrib")),
      .io_interval = std::max(settings.seconds("io-attrib-interval-s"), kShortestInterval),
      .top_processes = count(settings, "io-attrib-top-procs"),
      .cache_dir = settings.text("kvbm-cache-dir"),
      .container = settings.text("container-name"),
      .service_logs = settings.list("service-log"),
      .kvbm_url = page("kvbm-metrics-url", "DYN_KVBM_METRICS_PORT", "6880"),
      .system_url = page("metrics-system-url", "DYN_SYSTEM_PORT", "8081"),
      .snapshot_kvbm_url = settings.text("metrics-kvbm-url"),
      .server_metrics_url = settings.text("server-metrics-url"),
      .page_timeout = settings.seconds("kvbm-metrics-timeout-s"),
      .allow_missing_kvbm = settings.flag("allow-missing-kvbm-metrics"),
      .void_when_warm = settings.text("warm-cache") == "void",
      .tools = settings.flag("collect-telemetry"),
      .telemetry_interval = settings.seconds("telemetry-interval-s"),
      .telemetry_pid = settings.text("telemetry-pid"),
      .iostat_device = settings.text("iostat-device"),
      .capture_pages = settings.flag("capture-metrics-snapshot"),
      .pages_dir = settings.text("metrics-snapshot-dir"),
      .keywords = words_of(settings.text("metrics-inventory-keywords")),
      .derive_block_device = !settings.was_given("phase-io-device"),
      .derive_pattern = !settings.was_given("worker-proc-pattern"),
      .derive_cache_dir = !settings.was_given("kvbm-cache-dir")};
  if (!evidence.tools) {
    settings.refuse_given({"telemetry-pid", "iostat-device"}, "without --collect-telemetry");
  }
  const bool is_number =
      std::ranges::all_of(evidence.telemetry_pid, [](char c) { return c >= '0' && c <= '9'; });
  if (evidence.telemetry_pid.empty() || (!is_number && evidence.telemetry_pid != "ALL")) {
    throw Error(fmt::format("--telemetry-pid {}: a process, or ALL", evidence.telemetry_pid));
  }
  if (evidence.snapshot_kvbm_url.empty()) evidence.snapshot_kvbm_url = evidence.kvbm_url;
  return evidence;
}

}  // namespace

void apply_drive_variables(const EnvironmentVariables& variables, Settings& settings) {
  for (const auto& [variable, name] :
       {std::pair("BENCH_NVME_DEVICE", "nvme-device"), {"BENCH_TOKENIZER", "tokenizer"}}) {
    const auto found = variables.find(variable);
    if (found == variables.end() || found->second.empty()) continue;
    if (settings.find(name) == nullptr) continue;
    settings.set(name, found->second, record::Origin::environment, variable);
  }
}

namespace {

// A server that does not know the field may refuse the request.
bool asks_for_usage(const Settings& settings) {
  const std::string& usage = settings.text("include-usage");
  return usage == "auto" ? settings.text("base-url").empty() : usage == "always";
}

// Each once, in the order of their names' list.
std::vector<analysis::Peer> read_peers(const Settings& settings) {
  std::set<analysis::Peer> peers;
  for (const std::string& given : settings.list("metrics-as")) {
    for (const std::string& word : words_of(given)) {
      const auto found = std::ranges::find(analysis::kPeerNames, word);
      if (found == analysis::kPeerNames.end()) {
        throw Error(
            fmt::format("--metrics-as {}: one of {}", word, fmt::join(analysis::kPeerNames, ", ")));
      }
      peers.insert(static_cast<analysis::Peer>(found - analysis::kPeerNames.begin()));
    }
  }
  return {peers.begin(), peers.end()};
}

std::vector<analysis::Objective> read_goodput(const Settings& settings) {
  std::vector<analysis::Objective> objectives = analysis::read_objectives(settings.list("goodput"));
  for (const analysis::Objective& one : objectives) {
    if (one.metric != analysis::ObjectiveMetric::e2el && !settings.flag("stream")) {
      throw Error(fmt::format("--goodput {}: give --stream, answers that come as a whole have none",
                              one.name()));
    }
  }
  return objectives;
}

}  // namespace

DriveConfig drive_config(const Settings& settings, const EnvironmentVariables& variables) {
  if (is_virtual(settings)) refuse_beside_virtual_time(settings);
  DriveConfig config{
      .target = read_target(settings),
      .requests = {.max_tokens = count(settings, "max-tokens"),
                   .temperature = settings.number("temperature"),
                   .top_p = settings.number("top-p"),
                   .stop = settings.list("stop"),
                   .seed = settings.is_set("request-seed")
                               ? std::optional(settings.integer("request-seed"))
                               : std::nullopt,
                   .stream = settings.flag("stream"),
                   .record_ttfb = settings.flag("stream-record-ttfb"),
                   .include_usage = asks_for_usage(settings),
                   .engine_max_input_tokens = settings.integer("engine-max-input-tokens"),
                   .safety_margin = settings.integer("input-token-safety-margin")},
      .workload = read_drive_workload(settings),
      .cache_bust = read_cache_bust(settings.text("cache-bust")),
      .load = read_load(settings),
      .sanity = read_sanity(settings),
      .kv = read_kv(settings),
      .evidence = read_evidence(settings, variables),
      .variant_tags = settings.list("variant-tag"),
      .tokenizer = settings.text("tokenizer"),
      .results_root = settings.text("results-root"),
      .run_id = settings.text("run-id"),
      .store_responses = settings.flag("store-responses"),
      .self_test = settings.flag("self-test"),
      .virtual_time = is_virtual(settings),
      .calibrate = settings.text("calibrate") == "on" && !is_virtual(settings),
      .report_file = settings.text("report-filename"),
      .peers = read_peers(settings),
      .objectives = read_goodput(settings)};
  if (config.target.api_key.empty())
    config.target.api_key = port_of(variables, "SPILLWAY_API_KEY", "");
  if (config.requests.engine_max_input_tokens == 0)
    throw Error("--engine-max-input-tokens: above 0");
  if (settings.is_set("rehydrate-gen-tokens")) {
    if (settings.text("scenario") != "rehydrate_replay") {
      settings.refuse_given({"rehydrate-gen-tokens"}, "without --scenario rehydrate_replay");
    }
    config.requests.max_tokens = count(settings, "rehydrate-gen-tokens");
  }
  for (const std::string* const name : {&config.run_id, &config.report_file}) {
    if (name->find('/') != std::string::npos || *name == "..") {
      throw Error(fmt::format("{}: a name in --results-root, not a path", *name));
    }
  }
  return config;
}

std::vector<std::pair<std::string, std::string>> stack_variables(
    const EnvironmentVariables& variables) {
  std::vector<std::pair<std::string, std::string>> known;
  for (const char* const name :
       {"BENCH_TIER_MODE", "BENCH_KV_MODE", "DYN_KVBM_CPU_CACHE_GB", "DYN_KVBM_DISK_CACHE_GB",
        "DYN_KVBM_DISK_CACHE_DIR", "DYN_KVBM_METRICS", "DYN_KVBM_METRICS_PORT",
        "DYN_KVBM_DISABLE_DISK_OFFLOAD_FILTER", "DYN_SYSTEM_PORT", "DYN_REQUEST_PLANE"}) {
    const auto found = variables.find(name);
    if (found != variables.end()) known.emplace_back(name, found->second);
  }
  return known;
}

}  // namespace spillway::scenario
