// SPDX-License-Identifier: Apache-2.0
#include "scenario/serve_settings.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "scenario/exposure.h"
#include "scenario/model_file.h"

namespace spillway::scenario {
namespace {

constexpr std::string_view kSources = "Where settings come from";
constexpr std::string_view kEndpoint = "Endpoint";
constexpr std::string_view kLimits = "Limits";
constexpr std::string_view kEngine = "Engine (modelled)";
constexpr std::string_view kTiers = "KV tiers";
constexpr std::string_view kAdapters = "LoRA adapters";
constexpr std::string_view kNull = "Null server";

constexpr double kPorts = 65535;
constexpr double kManyTokens = 16'000'000;
constexpr double kSecondsMost = 1e6;

// NOLINTNEXTLINE(readability-function-size): a table, no logic.
std::vector<Setting> rows_about_endpoint() {
  return {
      {.name = "config",
       .kind = Kind::path,
       .initial = "",
       .group = kSources,
       .help = "YAML file of settings and models, weaker than SPILLWAY_* variables and flags"},
      {.name = "listen",
       .kind = Kind::text,
       .initial = "127.0.0.1",
       .group = kEndpoint,
       .help = "address; one that others can reach needs --api-key"},
      {.name = "port",
       .kind = Kind::integer,
       .initial = "8000",
       .group = kEndpoint,
       .help = "of the API and its metrics; 0 = a free one",
       .low = 0,
       .high = kPorts},
      {.name = "system-port",
       .kind = Kind::integer,
       .initial = "8081",
       .group = kEndpoint,
       .help = "of the engine's metrics, and of the faults on loopback; 0 = a free one",
       .low = 0,
       .high = kPorts},
      {.name = "kvbm-port",
       .kind = Kind::integer,
       .initial = "6880",
       .group = kEndpoint,
       .help = "of the block manager's metrics, which B0 does not have; 0 = a free one",
       .low = 0,
       .high = kPorts},
      {.name = "ports-file",
       .kind = Kind::path,
       .initial = "",
       .group = kEndpoint,
       .help = "written as JSON once all ports are open"},
      {.name = "api-key",
       .kind = Kind::text,
       .initial = "",
       .group = kEndpoint,
       .help = "asked for as a bearer token; as SPILLWAY_API_KEY it stays out of the process list"},
      {.name = "api-key-file",
       .kind = Kind::path,
       .initial = "",
       .group = kEndpoint,
       .help = "its first line is the key"},
      {.name = "tls-cert",
       .kind = Kind::path,
       .initial = "",
       .group = kEndpoint,
       .help = "PEM file of the certificate chain: HTTPS on --port"},
      {.name = "tls-key",
       .kind = Kind::path,
       .initial = "",
       .group = kEndpoint,
       .help = "PEM file of its key"},
      {.name = "served-model-name",
       .kind = Kind::text,
       .initial = "",
       .group = kEndpoint,
       .help = "name of the model in the API [that of --model]"},
      {.name = "strict-fields",
       .kind = Kind::flag,
       .initial = "off",
       .group = kEndpoint,
       .help = "requests with fields that the API does not know get 400"},
      {.name = "metrics-dialect",
       .kind = Kind::choice,
       .initial = "kvbm",
       .group = kEndpoint,
       .help = "whose metrics --port has beside the frontend's",
       .choices = {"kvbm", "vllm", "sglang"}},
      {.name = "fault",
       .kind = Kind::path,
       .initial = "",
       .group = kEndpoint,
       .help = "JSON file of faults to show (docs/serving.md)"},
      {.name = "max-connections",
       .kind = Kind::integer,
       .initial = "10000",
       .group = kLimits,
       .help = "at a time; others get 503",
       .low = 1,
       .high = 1e6},
      {.name = "max-head-kb",
       .kind = Kind::integer,
       .initial = "16",
       .group = kLimits,
       .help = "KiB of a request's line and headers",
       .low = 1,
       .high = 1024},
      {.name = "max-body-mb",
       .kind = Kind::integer,
       .initial = "64",
       .group = kLimits,
       .help = "MiB of a request's body",
       .low = 1,
       .high = 1024},
      {.name = "idle-timeout-s",
       .kind = Kind::number,
       .initial = "120",
       .group = kLimits,
       .help = "seconds between two requests of a connection",
       .low = 0.001,
       .high = kSecondsMost},
      {.name = "receive-timeout-s",
       .kind = Kind::number,
       .initial = "30",
       .group = kLimits,
       .help = "seconds for a request to arrive",
       .low = 0.001,
       .high = kSecondsMost},
      {.name = "send-timeout-s",
       .kind = Kind::number,
       .initial = "30",
       .group = kLimits,
       .help = "seconds that a client may not read",
       .low = 0.001,
       .high = kSecondsMost},
      {.name = "request-timeout-s",
       .kind = Kind::number,
       .initial = "3600",
       .group = kLimits,
       .help = "seconds for a request and its answer",
       .low = 0.001,
       .high = kSecondsMost},
      {.name = "drain-s",
       .kind = Kind::number,
       .initial = "30",
       .group = kLimits,
       .help = "seconds that requests under way get after SIGTERM",
       .low = 0,
       .high = kSecondsMost},
  };
}

// NOLINTNEXTLINE(readability-function-size): a table, no logic.
std::vector<Setting> rows_about_engine() {
  return {
      {.name = "model",
       .kind = Kind::text,
       .initial = "llama3.1-8b",
       .group = kEngine,
       .help = "model whose KV cache is kept (see: spillway models)"},
      {.name = "model-config",
       .kind = Kind::path,
       .initial = "",
       .group = kEngine,
       .help = "a Hugging Face config.json instead of --model"},
      {.name = "tensor-parallel",
       .kind = Kind::integer,
       .initial = "1",
       .group = kEngine,
       .help = "ranks; KV heads and latents are replicated as engines do",
       .low = 1,
       .high = 1024},
      {.name = "block-tokens",
       .kind = Kind::integer,
       .initial = "32",
       .group = kEngine,
       .help = "tokens of a KV block",
       .low = 1,
       .high = 65536},
      {.name = "max-num-tokens",
       .kind = Kind::integer,
       .initial = "8192",
       .group = kEngine,
       .help = "tokens of one step of the engine, so of one prompt",
       .low = 1,
       .high = kManyTokens},
      {.name = "max-batch-size",
       .kind = Kind::integer,
       .initial = "256",
       .group = kEngine,
       .help = "requests that run side by side",
       .low = 1,
       .high = 1e6},
      {.name = "max-model-len",
       .kind = Kind::integer,
       .initial = "131072",
       .group = kEngine,
       .help = "tokens of a prompt and its answer",
       .low = 1,
       .high = kManyTokens},
      {.name = "oversize",
       .kind = Kind::choice,
       .initial = "refuse",
       .group = kEngine,
       .help =
           "a prompt above --max-num-tokens gets 400, or the model is lost as in the real stack",
       .choices = {"refuse", "drop-model"}},
      {.name = "prefill-tokens-per-s",
       .kind = Kind::number,
       .initial = "10000",
       .group = kEngine,
       .help = "prompt tokens that a step computes in a second; 0 takes no time",
       .low = 0,
       .high = 1e12},
      {.name = "decode-step-ms",
       .kind = Kind::number,
       .initial = "20",
       .group = kEngine,
       .help = "milliseconds of a step that decodes; 0 takes no time",
       .low = 0,
       .high = 1e6},
      {.name = "decode-step-request-us",
       .kind = Kind::number,
       .initial = "50",
       .group = kEngine,
       .help = "microseconds that each request adds to a step",
       .low = 0,
       .high = 1e6},
      {.name = "default-max-tokens",
       .kind = Kind::integer,
       .initial = "256",
       .group = kEngine,
       .help = "tokens of a chat answer whose request does not say",
       .low = 1,
       .high = kManyTokens},
      {.name = "tokenizer",
       .kind = Kind::text,
       .initial = "heuristic",
       .group = kEngine,
       .help = "what cuts tokens: heuristic, or the path of a tokenizer.json (byte-level BPE)"},
      {.name = "answer-tokens",
       .kind = Kind::integer,
       .initial = "0",
       .group = kEngine,
       .help = "mean length of answers that end by themselves; 0 = all reach max_tokens",
       .low = 0,
       .high = kManyTokens},
      {.name = "seed",
       .kind = Kind::integer,
       .initial = "42",
       .group = kEngine,
       .help = "of answers and of blocks' contents",
       .low = 0,
       .high = 9e15},
  };
}

// NOLINTNEXTLINE(readability-function-size): a table, no logic.
std::vector<Setting> rows_about_tiers() {
  return {
      {.name = "tier-mode",
       .kind = Kind::choice,
       .initial = "B2",
       .group = kTiers,
       .help = "B0 no tiers below the accelerator, B1 host memory, B2 host memory and disk",
       .choices = {"B0", "B1", "B2", "b0", "b1", "b2"}},
      {.name = "kv-mode",
       .kind = Kind::choice,
       .initial = "",
       .group = kTiers,
       .help = "the same by the harness's other names",
       .choices = {"off", "cpu_only", "cpu_disk"}},
      {.name = "gpu-cache-gb",
       .kind = Kind::size,
       .initial = "4",
       .group = kTiers,
       .help = "the accelerator's KV memory, modelled: bounds the requests that run; a size or GiB",
       .unit = 1_GiB},
      {.name = "device-prefix-cache",
       .kind = Kind::choice,
       .initial = "",
       .group = kTiers,
       .help = "whether blocks stay there for later requests [off in B0, else on]",
       .choices = {"on", "off"}},
      {.name = "cpu-cache-gb",
       .kind = Kind::size,
       .initial = "8",
       .group = kTiers,
       .help = "host memory for blocks; a size or GiB",
       .unit = 1_GiB},
      {.name = "disk-cache-gb",
       .kind = Kind::size,
       .initial = "32",
       .group = kTiers,
       .help = "disk for blocks; a size or GiB",
       .unit = 1_GiB},
      {.name = "cache-dir",
       .kind = Kind::path,
       .initial = "",
       .group = kTiers,
       .help = "empty directory on the drive to use [a temporary one]"},
      {.name = "disk-filter",
       .kind = Kind::choice,
       .initial = "frequency",
       .group = kTiers,
       .help = "which blocks go to disk: those asked for --filter-frequency times, or all",
       .choices = {"frequency", "all"}},
      {.name = "filter-frequency",
       .kind = Kind::integer,
       .initial = "2",
       .group = kTiers,
       .help = "requests that must have asked for a block before it goes to disk",
       .low = 1,
       .high = 1e6},
      {.name = "write-mode",
       .kind = Kind::choice,
       .initial = "write-through",
       .group = kTiers,
       .help = "blocks go to disk as they are made, or when they leave host memory",
       .choices = {"write-through", "write-on-evict"}},
      {.name = "overlap-loads",
       .kind = Kind::flag,
       .initial = "off",
       .group = kTiers,
       .help = "the rest is computed while blocks are loaded, layer by layer"},
      {.name = "storage-layout",
       .kind = Kind::choice,
       .initial = "slab",
       .group = kTiers,
       .help = "one preallocated file, or a file a block",
       .choices = {"slab", "files"}},
      {.name = "io-engine",
       .kind = Kind::choice,
       .initial = "uring",
       .group = kTiers,
       .help = "io_uring, or threads where it is forbidden",
       .choices = {"uring", "threads"}},
      {.name = "io-depth",
       .kind = Kind::integer,
       .initial = "64",
       .group = kTiers,
       .help = "operations in flight at the drive",
       .low = 1,
       .high = 4096},
  };
}

std::vector<Setting> rows_about_the_rest() {
  return {
      {.name = "adapters",
       .kind = Kind::integer,
       .initial = "0",
       .group = kAdapters,
       .help = "adapter files made on the drive, named adapter-0 and so on",
       .low = 0,
       .high = 100'000},
      {.name = "adapter-rank",
       .kind = Kind::integer,
       .initial = "16",
       .group = kAdapters,
       .help = "rank, of which the model makes a size",
       .low = 1,
       .high = 4096},
      {.name = "adapter-mb",
       .kind = Kind::size,
       .initial = "0",
       .group = kAdapters,
       .help = "size of each instead; a size or MiB, 0 = by rank",
       .unit = 1_MiB},
      {.name = "adapter-cache-gb",
       .kind = Kind::size,
       .initial = "1",
       .group = kAdapters,
       .help = "memory for adapters that are loaded; a size or GiB",
       .unit = 1_GiB},
      {.name = "null",
       .kind = Kind::flag,
       .initial = "off",
       .group = kNull,
       .help = "fixed answers at fixed times and no engine: the yardstick for clients"},
      {.name = "ttft-ms",
       .kind = Kind::number,
       .initial = "0",
       .group = kNull,
       .help = "milliseconds to the first token",
       .low = 0,
       .high = 1e6},
      {.name = "itl-ms",
       .kind = Kind::number,
       .initial = "0",
       .group = kNull,
       .help = "milliseconds between two tokens",
       .low = 0,
       .high = 1e6},
      {.name = "lockstep",
       .kind = Kind::flag,
       .initial = "off",
       .group = kNull,
       .help = "tokens of all answers are due at the same instants, multiples of --itl-ms"},
      {.name = "tokens",
       .kind = Kind::integer,
       .initial = "16",
       .group = kNull,
       .help = "tokens of every answer",
       .low = 1,
       .high = 1e6},
  };
}

const std::vector<Setting>& table() {
  static const std::vector<Setting> all = [] {
    std::vector<Setting> rows = rows_about_endpoint();
    for (std::vector<Setting> more :
         {rows_about_engine(), rows_about_tiers(), rows_about_the_rest()}) {
      rows.insert(rows.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
    }
    return rows;
  }();
  return all;
}

EndpointConfig read_endpoint(const Settings& settings) {
  const auto port = [&](const char* name) {
    return static_cast<std::uint16_t>(settings.integer(name));
  };
  EndpointConfig endpoint{.listen = settings.text("listen"),
                          .port = port("port"),
                          .system_port = port("system-port"),
                          .kvbm_port = port("kvbm-port"),
                          .ports_file = settings.text("ports-file"),
                          .api_key = api_key_of(settings),
                          .tls_cert = settings.text("tls-cert"),
                          .tls_key = settings.text("tls-key"),
                          .http = {.limits = {.head = settings.integer("max-head-kb") * 1_KiB,
                                              .body = settings.integer("max-body-mb") * 1_MiB},
                                   .connections = settings.integer("max-connections"),
                                   .idle = settings.seconds("idle-timeout-s"),
                                   .receive = settings.seconds("receive-timeout-s"),
                                   .send = settings.seconds("send-timeout-s"),
                                   .total = settings.seconds("request-timeout-s")},
                          .drain = settings.seconds("drain-s")};
  if (endpoint.tls_cert.empty() != endpoint.tls_key.empty()) {
    throw Error("--tls-cert and --tls-key: HTTPS needs both");
  }
  check_exposure(endpoint.listen, endpoint.api_key);
  return endpoint;
}

kv::ModelShape read_model(const Settings& settings, std::span<const kv::ModelShape> models) {
  if (settings.is_set("model-config")) {
    settings.refuse_given({"model"}, "beside --model-config");
    return read_model_file(settings.text("model-config"));
  }
  return find_model_named(settings.text("model"), models);
}

EngineConfig read_engine(const Settings& settings, std::span<const kv::ModelShape> models) {
  const auto number = [&](const char* name) {
    return static_cast<std::uint32_t>(settings.integer(name));
  };
  EngineConfig engine{.model = read_model(settings, models),
                      .served_name = settings.text("served-model-name"),
                      .tensor_parallel = number("tensor-parallel"),
                      .block_tokens = Tokens(settings.integer("block-tokens")),
                      .max_num_tokens = number("max-num-tokens"),
                      .max_batch = number("max-batch-size"),
                      .max_model_len = number("max-model-len"),
                      .oversize_drops_model = settings.text("oversize") == "drop-model",
                      .prefill_tokens_per_s = settings.number("prefill-tokens-per-s"),
                      .decode_step = settings.milliseconds("decode-step-ms"),
                      .decode_step_per_request = settings.microseconds("decode-step-request-us"),
                      .device_prefix_cache = settings.text("device-prefix-cache") == "on",
                      .overlap_loads = settings.flag("overlap-loads"),
                      .default_max_tokens = number("default-max-tokens"),
                      .answer_tokens = number("answer-tokens"),
                      .tokenizer = settings.text("tokenizer"),
                      .seed = settings.integer("seed")};
  if (engine.served_name.empty()) engine.served_name = engine.model.name;
  return engine;
}

// --tier-mode wins over --kv-mode, as in the harness.
TierMode tier_mode_of(const Settings& settings) {
  const std::string& kv_mode = settings.text("kv-mode");
  if (!settings.was_given("tier-mode") && !kv_mode.empty()) {
    if (kv_mode == "off") return TierMode::b0;
    return kv_mode == "cpu_only" ? TierMode::b1 : TierMode::b2;
  }
  switch (settings.text("tier-mode").back()) {
    case '0':
      return TierMode::b0;
    case '1':
      return TierMode::b1;
    default:
      return TierMode::b2;
  }
}

TierMode resolve_tier_mode(Settings& settings) {
  const TierMode mode = tier_mode_of(settings);
  constexpr std::array<const char*, 3> kModes = {"B0", "B1", "B2"};
  settings.resolve("tier-mode", std::string(kModes.at(static_cast<std::size_t>(mode))));
  if (!settings.is_set("device-prefix-cache")) {
    settings.set("device-prefix-cache", mode == TierMode::b0 ? "off" : "on",
                 record::Origin::default_);
  }
  return mode;
}

void refuse_tiers_without_effect(const Settings& settings, TierMode mode) {
  if (mode == TierMode::b0) {
    settings.refuse_given({"cpu-cache-gb", "overlap-loads"}, "in B0, which has no such tier");
  }
  if (mode != TierMode::b2) {
    settings.refuse_given(
        {"disk-cache-gb", "disk-filter", "filter-frequency", "write-mode", "storage-layout"},
        "without the disk of B2");
  }
  const bool disk = mode == TierMode::b2 || settings.integer("adapters") > 0;
  if (!disk) {
    settings.refuse_given({"cache-dir", "io-engine", "io-depth"}, "with nothing on disk");
  }
  if (settings.text("disk-filter") == "all") {
    settings.refuse_given({"filter-frequency"}, "with --disk-filter all");
  }
}

KvConfig read_tiers(const Settings& settings, TierMode mode) {
  const bool filtered = settings.text("disk-filter") == "frequency";
  KvConfig kv{
      .mode = mode,
      .gpu = settings.size("gpu-cache-gb"),
      .cpu = mode == TierMode::b0 ? Bytes(0) : settings.size("cpu-cache-gb"),
      .disk = mode == TierMode::b2 ? settings.size("disk-cache-gb") : Bytes(0),
      .filter_frequency =
          filtered ? static_cast<std::uint32_t>(settings.integer("filter-frequency")) : 0,
      .write_on_evict = settings.text("write-mode") == "write-on-evict",
      .layout = settings.text("storage-layout") == "files" ? Layout::files : Layout::slab,
      .engine = settings.text("io-engine") == "threads" ? IoEngine::threads : IoEngine::uring,
      .io_depth = static_cast<unsigned>(settings.integer("io-depth")),
      .cache_dir = settings.text("cache-dir")};
  for (const char* const name : {"gpu-cache-gb", "cpu-cache-gb", "disk-cache-gb"}) {
    if (settings.size(name) == kUnlimited || settings.size(name) == Bytes(0)) {
      throw Error(fmt::format("--{}: give a size above 0", name));
    }
  }
  return kv;
}

std::optional<NullConfig> read_null(const Settings& settings) {
  if (!settings.flag("null")) {
    settings.refuse_given({"ttft-ms", "itl-ms", "tokens", "lockstep"}, "without --null");
    return std::nullopt;
  }
  for (const Setting& row : serve_settings()) {
    if (row.group == kEngine || row.group == kTiers || row.group == kAdapters) {
      settings.refuse_given({row.name}, "with --null, which has no engine");
    }
  }
  settings.refuse_given({"metrics-dialect", "fault", "strict-fields", "kvbm-port"},
                        "with --null, which has no engine");
  return NullConfig{.first = settings.milliseconds("ttft-ms"),
                    .gap = settings.milliseconds("itl-ms"),
                    .lockstep = settings.flag("lockstep"),
                    .tokens = static_cast<std::uint32_t>(settings.integer("tokens"))};
}

struct StackVariable {
  const char* name;
  const char* setting;
};

constexpr std::array<StackVariable, 9> kStackVariables = {{
    {.name = "BENCH_KV_MODE", .setting = "kv-mode"},
    {.name = "BENCH_TIER_MODE", .setting = "tier-mode"},
    {.name = "DYN_KVBM_CPU_CACHE_GB", .setting = "cpu-cache-gb"},
    {.name = "DYN_KVBM_DISK_CACHE_GB", .setting = "disk-cache-gb"},
    {.name = "DYN_KVBM_DISK_CACHE_DIR", .setting = "cache-dir"},
    {.name = "DYN_KVBM_METRICS_PORT", .setting = "kvbm-port"},
    {.name = "DYN_SYSTEM_PORT", .setting = "system-port"},
    {.name = "BENCH_HTTP_PORT", .setting = "port"},
    {.name = "DYN_KVBM_DISABLE_DISK_OFFLOAD_FILTER", .setting = "disk-filter"},
}};

bool says_yes(const std::string& text) { return text == "1" || text == "true" || text == "yes"; }

}  // namespace

std::span<const Setting> serve_settings() { return table(); }

void apply_stack_variables(const EnvironmentVariables& variables, Settings& settings) {
  for (const StackVariable& known : kStackVariables) {
    const auto found = variables.find(known.name);
    if (found == variables.end() || found->second.empty()) continue;
    std::string value = found->second;
    if (std::string_view(known.setting) == "disk-filter") {
      value = says_yes(value) ? "all" : "frequency";
    }
    settings.set(known.setting, value, record::Origin::environment, known.name);
    settings.excuse(known.setting);  // they describe a stack, of which B1 has only a part
  }
}

ServeConfig serve_config(Settings& settings, std::span<const kv::ModelShape> models) {
  ServeConfig config;
  config.null = read_null(settings);
  config.endpoint = read_endpoint(settings);
  const TierMode mode = resolve_tier_mode(settings);
  refuse_tiers_without_effect(settings, mode);
  config.engine = read_engine(settings, models);
  config.kv = read_tiers(settings, mode);
  config.adapters = {.count = static_cast<std::uint32_t>(settings.integer("adapters")),
                     .rank = static_cast<std::uint32_t>(settings.integer("adapter-rank")),
                     .size = settings.size("adapter-mb"),
                     .cache = settings.size("adapter-cache-gb")};
  if (config.adapters.count == 0) {
    settings.refuse_given({"adapter-rank", "adapter-mb", "adapter-cache-gb"}, "without --adapters");
  }
  if (config.adapters.size > Bytes(0)) {
    settings.refuse_given({"adapter-rank"}, "beside --adapter-mb");
  }
  config.strict_fields = settings.flag("strict-fields");
  config.dialect = serve::metrics_dialect_of(settings.text("metrics-dialect"));
  config.fault_file = settings.text("fault");
  return config;
}

}  // namespace spillway::scenario
