// What `spillway serve` can be told, and the checked form of what it was told.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/bytes.h"
#include "core/time.h"
#include "kv/model.h"
#include "net/http_server.h"
#include "scenario/bench_settings.h"
#include "scenario/environment_variables.h"
#include "scenario/settings.h"
#include "serve/metrics_pages.h"

namespace spillway::scenario {

std::span<const Setting> serve_settings();

// Off, host memory, host memory and disk: how the harness calls the stacks that it compares.
enum class TierMode : std::uint8_t { b0, b1, b2 };
// Where the endpoint listens, who may use it, and how long it waits for whom.
struct EndpointConfig {
  std::string listen;
  std::uint16_t port = 0;  // 0: a free one
  std::uint16_t system_port = 0;
  std::uint16_t kvbm_port = 0;
  std::string ports_file;  // empty: none is written
  std::string api_key;     // empty: none is asked for
  std::string tls_cert;
  std::string tls_key;
  net::HttpServerOptions http;
  Duration drain{};  // that requests under way get after a SIGTERM
};

// The modelled accelerator and what runs on it.
struct EngineConfig {
  kv::ModelShape model;
  std::string served_name;
  std::uint32_t tensor_parallel = 1;
  Tokens block_tokens;
  std::uint32_t max_num_tokens = 0;
  std::uint32_t max_batch = 0;
  std::uint32_t max_model_len = 0;
  bool oversize_drops_model = false;
  double prefill_tokens_per_s = 0;
  Duration decode_step{};
  Duration decode_step_per_request{};
  bool device_prefix_cache = false;
  bool overlap_loads = false;
  std::uint32_t default_max_tokens = 0;
  std::uint32_t answer_tokens = 0;  // mean length of answers that end by themselves; 0: none do
  std::string tokenizer = "heuristic";  // or the path of a tokenizer.json
  std::uint64_t seed = 0;
};

// The block manager's tiers below the accelerator.
struct KvConfig {
  TierMode mode = TierMode::b2;
  Bytes gpu;  // the accelerator's own, modelled
  Bytes cpu;  // 0 in B0
  Bytes disk;
  std::uint32_t filter_frequency = 0;  // requests that must have asked for a block; 0: no filter
  bool write_on_evict = false;
  Layout layout = Layout::slab;
  IoEngine engine = IoEngine::uring;
  unsigned io_depth = 64;
  std::string cache_dir;  // empty: a private temporary directory
};

struct AdapterConfig {
  std::uint32_t count = 0;
  std::uint32_t rank = 0;
  Bytes size;   // of each; 0: what rank and model make
  Bytes cache;  // memory for those that are loaded
};

// Fixed answers and no engine: the yardstick for clients.
struct NullConfig {
  Duration first{};
  Duration gap{};
  bool lockstep = false;
  std::uint32_t tokens = 0;
};

struct ServeConfig {
  EndpointConfig endpoint;
  EngineConfig engine;
  KvConfig kv;
  AdapterConfig adapters;
  bool strict_fields = false;
  serve::MetricsDialect dialect = serve::MetricsDialect::kvbm;
  std::string fault_file;  // empty: none
  std::optional<NullConfig> null;
};

// Sets what the variables of the Dynamo stack and its harness say (DYN_KVBM_CPU_CACHE_GB,
// BENCH_TIER_MODE, ...): weaker than every source of Spillway's own, so it is called before those
// are applied.
void apply_stack_variables(const EnvironmentVariables& variables, Settings& settings);

// Throws Error for contradictions, and for what would have no effect beside the rest.
ServeConfig serve_config(Settings& settings, std::span<const kv::ModelShape> models = {});

}  // namespace spillway::scenario
