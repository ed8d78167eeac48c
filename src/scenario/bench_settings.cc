// SPDX-License-Identifier: Apache-2.0
#include "scenario/bench_settings.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <initializer_list>
#include <iterator>
#include <vector>

#include "cache/policies.h"
#include "core/error.h"
#include "scenario/autoscaler_settings.h"
#include "scenario/mlperf_settings.h"
#include "scenario/model_file.h"
#include "scenario/precondition_settings.h"
#include "scenario/presets.h"
#include "scenario/tracing_settings.h"
#include "scenario/workload_settings.h"

namespace spillway::scenario {
namespace {

constexpr double kMany = 1e9;
constexpr std::string_view kSources = "Where settings come from";
constexpr std::string_view kLoad = "Load";
constexpr std::string_view kTiers = "Tiers";
constexpr std::string_view kStorage = "Storage";
constexpr std::string_view kModels = "Modelled parts";
constexpr std::string_view kResults = "Run and results";

std::vector<std::string_view> preset_names() {
  std::vector<std::string_view> names;
  for (const Preset& preset : presets()) names.push_back(preset.name);
  return names;
}

// The modelled gpu tier moves data over PCIe 5 x16 (64 GB/s, half of it as engines report), the
// modelled RAM at one core's copy speed, the modelled drive as a fast PCIe 5 SSD's data sheet.
std::vector<Setting> rows_about_sources() {
  return {
      {.name = "preset",
       .kind = Kind::choice,
       .initial = "",
       .group = kSources,
       .help = "settings that belong together, listed below; all else that is given is stronger",
       .choices = preset_names()},
      {.name = "config",
       .kind = Kind::path,
       .initial = "",
       .group = kSources,
       .help = "YAML file of settings and models, stronger than --preset, weaker than SPILLWAY_* "
               "variables and flags"},
  };
}

// NOLINTNEXTLINE(readability-function-size): a table, no logic.
std::vector<Setting> rows_about_machine() {
  return {
      {.name = "model",
       .kind = Kind::text,
       .initial = "llama3.1-8b",
       .group = kLoad,
       .help = "model whose KV cache is kept (see: spillway models)"},
      {.name = "model-config",
       .kind = Kind::path,
       .initial = "",
       .group = kLoad,
       .help = "a Hugging Face config.json instead of --model"},
      {.name = "tensor-parallel",
       .kind = Kind::integer,
       .initial = "1",
       .group = kLoad,
       .help = "ranks; KV heads and latents are replicated as engines do",
       .low = 1,
       .high = 1024},
      {.name = "prefill-tokens-per-s",
       .kind = Kind::number,
       .initial = "10000",
       .group = kModels,
       .help =
           "modelled compute: prompt tokens per second, one prompt after another; 0 takes no time",
       .low = 0,
       .high = 1e12},
      {.name = "decode-ms-per-token",
       .kind = Kind::number,
       .initial = "0",
       .group = kModels,
       .help = "modelled compute: milliseconds per answer token; 0 takes no time",
       .low = 0,
       .high = 1e6},
      {.name = "generation-mode",
       .kind = Kind::choice,
       .initial = "",
       .group = kModels,
       .help = "instead of --decode-ms-per-token: none 0, fast 2, realistic 30 (also spelt "
               "deterministic) [realistic with --request-model mlperf]",
       .choices = {"none", "fast", "realistic", "deterministic"}},

      {.name = "gpu-mem-gb",
       .kind = Kind::size,
       .initial = "0",
       .group = kTiers,
       .help = "gpu tier, modelled, of each card; a size or GiB, 0 = off, or unlimited [16 without "
               "a trace]",
       .unit = 1_GiB},
      {.name = "num-gpus",
       .kind = Kind::integer,
       .initial = "1",
       .group = kTiers,
       .help = "cards; the gpu tier is as large as all of them",
       .low = 1,
       .high = 1024},
      {.name = "cpu-mem-gb",
       .kind = Kind::size,
       .initial = "0",
       .group = kTiers,
       .help = "cpu (RAM) tier; a size or GiB, 0 = off, or unlimited (virtual time) [32 without a "
               "trace]",
       .unit = 1_GiB},
      {.name = "storage-capacity-gb",
       .kind = Kind::size,
       .initial = "0",
       .group = kTiers,
       .help = "storage tier; a size or GiB, 0 = 95 % of the free space, or unlimited (files, "
               "modelled)",
       .unit = 1_GiB},
      {.name = "policy",
       .kind = Kind::choice,
       .initial = cache::policy_names().front(),
       .group = kTiers,
       .help = "who leaves a full tier, and where to (docs/policies.md)",
       .choices = {cache::policy_names().begin(), cache::policy_names().end()}},
      {.name = "promote",
       .kind = Kind::choice,
       .initial = "off",
       .group = kTiers,
       .help = "on: a block that hits in a lower tier moves up",
       .choices = {"on", "off"}},

      {.name = "cache-dir",
       .kind = Kind::path,
       .initial = "",
       .group = kStorage,
       .help = "an empty directory on the device to measure; without it a private temporary one"},
      {.name = "storage-layout",
       .kind = Kind::choice,
       .initial = "slab",
       .group = kStorage,
       .help = "slab: one preallocated file; files: one per block; modelled: a computed device",
       .choices = {"slab", "files", "modelled"}},
      {.name = "io-engine",
       .kind = Kind::choice,
       .initial = "uring",
       .group = kStorage,
       .help = "uring: io_uring; threads: pread and pwrite",
       .choices = {"uring", "threads"}},
      {.name = "io-depth",
       .kind = Kind::integer,
       .initial = "32",
       .group = kStorage,
       .help = "operations in flight per shard",
       .low = 1,
       .high = 4096},
      {.name = "io-piece",
       .kind = Kind::size,
       .initial = "1MiB",
       .group = kStorage,
       .help = "largest single operation; blocks are cut into these, 128KiB to 1MiB"},
      {.name = "io-in-flight",
       .kind = Kind::size,
       .initial = "64MiB",
       .group = kStorage,
       .help = "bytes in flight per shard"},
      {.name = "buffered",
       .kind = Kind::flag,
       .initial = "off",
       .group = kStorage,
       .help = "go through the page cache; the record is marked, since it then measures memory"},
      {.name = "verify",
       .kind = Kind::choice,
       .initial = "sample",
       .group = kStorage,
       .help = "check what is read back: off, a sixteenth of the blocks, or all",
       .choices = {"off", "sample", "all"}},

      {.name = "gpu-gb-per-s",
       .kind = Kind::number,
       .initial = "32",
       .group = kModels,
       .help = "modelled gpu tier: GB/s in each direction; 0 = infinite",
       .low = 0,
       .high = kMany},
      {.name = "gpu-latency-us",
       .kind = Kind::number,
       .initial = "10",
       .group = kModels,
       .help = "modelled gpu tier: latency of a block",
       .low = 0,
       .high = kMany},
      {.name = "cpu-gb-per-s",
       .kind = Kind::number,
       .initial = "16",
       .group = kModels,
       .help = "cpu tier in virtual time: GB/s in each direction; 0 = infinite",
       .low = 0,
       .high = kMany},
      {.name = "cpu-latency-us",
       .kind = Kind::number,
       .initial = "1",
       .group = kModels,
       .help = "cpu tier in virtual time: latency of a block",
       .low = 0,
       .high = kMany},
      {.name = "storage-read-gb-per-s",
       .kind = Kind::number,
       .initial = "12",
       .group = kModels,
       .help = "modelled storage: GB/s; 0 = infinite",
       .low = 0,
       .high = kMany},
      {.name = "storage-write-gb-per-s",
       .kind = Kind::number,
       .initial = "9",
       .group = kModels,
       .help = "modelled storage: GB/s; 0 = infinite",
       .low = 0,
       .high = kMany},
      {.name = "storage-read-latency-us",
       .kind = Kind::number,
       .initial = "80",
       .group = kModels,
       .help = "modelled storage: latency of a block",
       .low = 0,
       .high = kMany},
      {.name = "storage-write-latency-us",
       .kind = Kind::number,
       .initial = "20",
       .group = kModels,
       .help = "modelled storage: latency of a block",
       .low = 0,
       .high = kMany},

      {.name = "clock",
       .kind = Kind::choice,
       .initial = "real",
       .group = kResults,
       .help = "virtual: simulate with modelled tiers, as fast as the machine can",
       .choices = {"real", "virtual"}},
      {.name = "seed",
       .kind = Kind::integer,
       .initial = "42",
       .group = kResults,
       .help = "of the content of blocks and of all chance",
       .low = 0,
       .high = 9e18},
      {.name = "shards",
       .kind = Kind::integer,
       .initial = "1",
       .group = kResults,
       .help = "threads that serve requests, sharing the tiers",
       .low = 1,
       .high = 256},
      {.name = "run-dir",
       .kind = Kind::path,
       .initial = "",
       .group = kResults,
       .help = "directory to make for record.json, requests.jsonl and report.txt"},
      {.name = "trials",
       .kind = Kind::integer,
       .initial = "1",
       .group = kResults,
       .help = "runs, one after another, each from an empty cache: the median of every figure and "
               "how well it is known",
       .low = 1,
       .high = 1000},
      {.name = "output",
       .kind = Kind::path,
       .initial = "",
       .group = kResults,
       .help =
           "the MLPerf benchmark's result JSON goes here, too (it is mlperf_results.json in the "
           "run directory)"},
      {.name = "output-dialect",
       .kind = Kind::choice,
       .initial = "2026",
       .group = kResults,
       .help = "names and formulas of that JSON: those of 2026, or of 2025 beside them",
       .choices = {"2025", "2026"}},
      {.name = "xlsx-output",
       .kind = Kind::path,
       .initial = "",
       .group = kResults,
       .help = "spreadsheet of the run's parameters and metrics: .xlsx, or .csv with one row"},
      {.name = "no-latency-lists",
       .kind = Kind::flag,
       .initial = "off",
       .group = kResults,
       .help = "leave the latencies of single requests out of that JSON"},
      {.name = "log-level",
       .kind = Kind::choice,
       .initial = "INFO",
       .group = kResults,
       .help = "what is said on standard error: DEBUG adds figures of every second and where "
               "settings come from, WARNING has no progress, ERROR errors only",
       .choices = {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}},
      {.name = "performance-profile",
       .kind = Kind::choice,
       .initial = "latency",
       .group = kResults,
       .help = "criteria of the assessment: how quick storage is, or that it moves data",
       .choices = {"latency", "throughput"}},
      {.name = "fail-on-assessment",
       .kind = Kind::flag,
       .initial = "off",
       .group = kResults,
       .help = "status 3 when the assessment is not a pass"},
  };
}

const std::vector<Setting>& table() {
  static const std::vector<Setting> rows = [] {
    std::vector<Setting> all = rows_about_sources();
    std::ranges::copy(workload_settings(), std::back_inserter(all));
    std::ranges::copy(autoscaler_settings(), std::back_inserter(all));
    std::ranges::move(rows_about_machine(), std::back_inserter(all));
    std::ranges::copy(tracing_settings(), std::back_inserter(all));
    std::ranges::copy(precondition_settings(), std::back_inserter(all));
    std::ranges::copy(mlperf_settings(), std::back_inserter(all));
    return all;
  }();
  return rows;
}

void refuse_without_effect(const Settings& settings) {
  const bool is_virtual = settings.text("clock") == "virtual";
  const bool modelled = is_virtual || settings.text("storage-layout") == "modelled";
  if (is_virtual && settings.was_given("storage-layout") &&
      settings.text("storage-layout") != "modelled") {
    throw Error("--storage-layout: virtual time has no files; leave it out or use --clock real");
  }
  if (modelled) {
    settings.refuse_given({"io-engine", "io-depth", "io-piece", "io-in-flight", "buffered"},
                          "with modelled storage");
  } else {
    settings.refuse_given({"storage-read-gb-per-s", "storage-write-gb-per-s",
                           "storage-read-latency-us", "storage-write-latency-us"},
                          "without --storage-layout modelled or --clock virtual");
  }
  if (is_virtual) {
    settings.refuse_given({"verify"}, "in virtual time, where stores hold no bytes");
  } else {
    settings.refuse_given({"cpu-gb-per-s", "cpu-latency-us"}, "without --clock virtual");
  }
  if (settings.size("gpu-mem-gb") == Bytes(0)) {
    settings.refuse_given({"gpu-gb-per-s", "gpu-latency-us"}, "without --gpu-mem-gb");
  }
  if (settings.was_given("model-config")) {
    settings.refuse_given({"model"}, "beside --model-config");
  }
  if (settings.was_given("decode-ms-per-token")) {
    settings.refuse_given({"generation-mode"}, "beside --decode-ms-per-token");
  }
}

tier::ModelledOptions model_of(const Settings& settings, std::string_view read_rate,
                               std::string_view write_rate, std::string_view read_latency,
                               std::string_view write_latency) {
  return {.read_latency = settings.microseconds(read_latency),
          .write_latency = settings.microseconds(write_latency),
          .read_bytes_per_s = settings.number(read_rate) * 1e9,
          .write_bytes_per_s = settings.number(write_rate) * 1e9};
}

Bytes share_of(Bytes size, double share) {
  if (share == 1) return size;
  return Bytes(static_cast<std::uint64_t>(static_cast<double>(size.count()) * share));
}

void read_tiers(const Settings& settings, BenchConfig& config) {
  const Bytes card = settings.size("gpu-mem-gb");
  const std::uint64_t cards = settings.integer("num-gpus");
  const double fraction = settings.number("gpu-backend-memory-fraction");
  config.gpu = {.capacity = card == kUnlimited ? card : share_of(card * cards, fraction),
                .model = model_of(settings, "gpu-gb-per-s", "gpu-gb-per-s", "gpu-latency-us",
                                  "gpu-latency-us")};
  config.cpu = {.capacity = settings.size("cpu-mem-gb"),
                .model = model_of(settings, "cpu-gb-per-s", "cpu-gb-per-s", "cpu-latency-us",
                                  "cpu-latency-us")};
  config.storage = {.capacity = settings.size("storage-capacity-gb"),
                    .model = model_of(settings, "storage-read-gb-per-s", "storage-write-gb-per-s",
                                      "storage-read-latency-us", "storage-write-latency-us")};
  config.policy = settings.text("policy");
  config.promote = settings.text("promote") == "on";
}

void read_storage(const Settings& settings, BenchConfig& config) {
  const std::string& layout = settings.text("storage-layout");
  if (config.virtual_time || layout == "modelled") {
    config.layout = Layout::modelled;
  } else {
    config.layout = layout == "files" ? Layout::files : Layout::slab;
  }
  config.engine = settings.text("io-engine") == "uring" ? IoEngine::uring : IoEngine::threads;
  config.cache_dir = settings.text("cache-dir");
  config.buffered = settings.flag("buffered");
  config.io_depth = static_cast<unsigned>(settings.integer("io-depth"));
  config.queue.piece = settings.size("io-piece");
  config.queue.bytes_in_flight = settings.size("io-in-flight");
  if (config.queue.piece < 128_KiB || config.queue.piece > 1_MiB ||
      config.queue.piece % 4_KiB != Bytes(0)) {
    throw Error("--io-piece: expected a multiple of 4KiB from 128KiB to 1MiB");
  }
  if (config.queue.bytes_in_flight < config.queue.piece || config.queue.bytes_in_flight > 16_GiB) {
    throw Error("--io-in-flight: expected a size from --io-piece to 16GiB");
  }
  const std::string& verify = settings.text("verify");
  config.verify = verify == "all" ? kv::Verify::all : kv::Verify::sample;
  if (verify == "off") config.verify = kv::Verify::off;
}

// MLPerf's names for how fast a typical accelerator generates; realistic is a 7B model's.
Duration decode_per_token(const Settings& settings) {
  if (!settings.is_set("generation-mode")) return settings.milliseconds("decode-ms-per-token");
  return generation_time(settings, settings.text("generation-mode"));
}

load::Arrival arrival_of(const std::string& name) {
  if (name == "closed" || name.empty()) return load::Arrival::closed;
  if (name == "users") return load::Arrival::users;
  return name == "trace" ? load::Arrival::trace : load::Arrival::rate;
}

load::Gaps gaps_of(const std::string& name) {
  if (name == "poisson") return load::Gaps::poisson;
  return name == "gamma" ? load::Gaps::gamma : load::Gaps::constant;
}

void read_arrival(const Settings& settings, load::DriverOptions& driver) {
  const std::string& name = settings.text("arrival");
  driver.arrival = arrival_of(name);
  if (driver.arrival == load::Arrival::rate) {
    if (!settings.is_set("request-rate")) {
      throw Error(
          fmt::format("--arrival {}: how many requests a second? give --request-rate", name));
    }
    driver.rate = {.gaps = gaps_of(name),
                   .per_second = settings.number("request-rate"),
                   .burstiness = settings.number("burstiness")};
  }
  if (!settings.is_set("trace")) driver.think_scale = settings.number("think-scale");
  driver.seed = settings.integer("seed");
}

void read_load(const Settings& settings, BenchConfig& config) {
  config.workload = read_workload(settings);
  read_arrival(settings, config.driver);
  config.driver.ranks = config.workload.ranks;
  config.driver.concurrency = settings.integer("concurrency");
  config.driver.warm_up = settings.seconds("warm-up");
  if (settings.is_set("duration")) config.driver.duration = settings.seconds("duration");
  config.scaling = read_autoscaler(settings);
  if (config.scaling) config.driver.active_users = config.scaling->scaler.initial_users;
  config.shards = static_cast<unsigned>(settings.integer("shards"));
  if (config.driver.concurrency < config.shards) {
    throw Error(fmt::format("--concurrency {}: every one of the {} --shards needs at least one",
                            config.driver.concurrency, config.shards));
  }
  config.compute = {.prefill_tokens_per_s = settings.number("prefill-tokens-per-s"),
                    .decode_per_token = decode_per_token(settings)};
}

kv::ModelShape model_of(const Settings& settings, std::span<const kv::ModelShape> models) {
  if (settings.is_set("model-config")) return read_model_file(settings.text("model-config"));
  return find_model_named(settings.text("model"), models);
}

}  // namespace

std::span<const Setting> bench_settings() { return table(); }

BenchConfig bench_config(Settings& settings, std::span<const kv::ModelShape> models) {
  set_workload_defaults(settings);
  set_tracing_defaults(settings);
  refuse_tracing_without_effect(settings);
  refuse_precondition_without_effect(settings);
  refuse_without_effect(settings);
  refuse_workload_without_effect(settings);
  if (!settings.is_set("trace")) check_limits(settings);
  refuse_autoscaler_without_effect(settings);
  BenchConfig config;
  config.virtual_time = settings.text("clock") == "virtual";
  config.seed = settings.integer("seed");
  config.tensor_parallel = static_cast<std::uint32_t>(settings.integer("tensor-parallel"));
  config.model = model_of(settings, models);
  config.run_dir = settings.text("run-dir");
  read_tiers(settings, config);
  read_storage(settings, config);
  read_load(settings, config);
  config.tracing = read_tracing(settings);
  config.precondition = read_precondition(settings);
  read_rag_details(settings, config.model, config.tensor_parallel, config.workload.session.rag);
  config.headroom = settings.number("eviction-target-usage-ratio");
  config.largest_share = settings.number("eviction-large-entry-limit-ratio");
  config.eviction = read_eviction(settings);
  return config;
}

TierConfig tier_config(const BenchConfig& config) {
  return {.gpu = config.gpu,
          .cpu = config.cpu,
          .storage = config.storage,
          .layout = config.layout,
          .engine = config.engine,
          .cache_dir = config.cache_dir,
          .buffered = config.buffered,
          .queue = config.queue,
          .io_depth = config.io_depth,
          .virtual_time = config.virtual_time,
          .storage_faults = config.storage_faults,
          .flags = {}};
}

}  // namespace spillway::scenario
