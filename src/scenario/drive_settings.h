// The checked form of what `spillway drive` was told.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/goodput.h"
#include "analysis/peer_sums.h"
#include "core/time.h"
#include "load/completion_load.h"
#include "net/tls.h"
#include "net/url.h"
#include "record/kv_mode.h"
#include "scenario/environment_variables.h"
#include "scenario/settings.h"

namespace spillway::scenario {

struct DriveTarget {
  std::optional<net::Url> base;  // none: an endpoint of our own
  std::string base_text;         // as given, without a slash at its end
  std::string model;             // "auto": what the server lists first
  Duration resolve_timeout{};
  Duration resolve_poll{};
  std::string api_key;  // in no artifact
  net::TlsClientOptions tls;
  std::vector<std::pair<std::string, std::string>> serve_settings;  // for our own endpoint
};

struct DriveRequests {
  std::uint32_t max_tokens = 0;
  double temperature = 0;
  double top_p = 0;
  std::vector<std::string> stop;
  std::optional<std::uint64_t> seed;
  bool stream = false;
  bool record_ttfb = false;
  bool include_usage = false;  // streams ask for the server's own counts
  std::uint64_t engine_max_input_tokens = 0;
  std::uint64_t safety_margin = 0;
};

struct DriveLoad {
  load::CompletionLoadOptions options;  // but for the concurrency, which is a phase's
  std::uint32_t concurrency = 1;
  Duration timeout{};
  std::optional<Duration> stream_timeout;
  Duration stall{};
};

struct SanityConfig {
  bool validate = false;
  bool fail_on_error = false;
  std::uint32_t requests = 0;
  std::optional<std::uint32_t> concurrency;
  std::uint32_t short_max_tokens = 0;
  std::uint32_t long_max_tokens = 0;
  double ttfc_ratio = 0;
  double ttft_ratio = 0;
};

struct DriveEvidence {
  std::string block_device;
  std::string process_pattern;
  std::string nvme_device;
  bool io_attribution = false;
  Duration io_interval{};
  std::uint32_t top_processes = 0;
  std::string cache_dir;
  std::string container;
  std::vector<std::string> service_logs;
  std::string kvbm_url;
  std::string system_url;
  std::string snapshot_kvbm_url;
  std::string server_metrics_url;  // empty: the page of the endpoint
  Duration page_timeout{};
  bool allow_missing_kvbm = false;
  bool void_when_warm = false;  // a cache that is warm at the start makes the run invalid
  bool tools = false;           // of others, beside our own samples
  Duration telemetry_interval{};
  std::string telemetry_pid;
  std::string iostat_device;  // empty: the block device
  bool capture_pages = false;
  std::string pages_dir;  // empty: the run's
  std::vector<std::string> keywords;
  // Which of these were not given: those of our own endpoint take their place.
  bool derive_block_device = false;
  bool derive_pattern = false;
  bool derive_cache_dir = false;
};

// What --scenario workload asks.
struct DriveWorkload {
  std::vector<std::pair<std::string, std::string>> settings = {};  // of spillway bench
  bool by_time = false;                                            // in the order of recorded times
  std::optional<std::uint32_t> longest_answer = std::nullopt;      // in tokens; not said: its own
};

// What is put before every prompt, so that nothing of earlier runs is found for it: one text for
// the whole run, or another for each prompt, which then shares nothing with the others either.
enum class CacheBust : std::uint8_t { none, run, prompt };

struct DriveConfig {
  DriveTarget target;
  DriveRequests requests;
  DriveWorkload workload;
  CacheBust cache_bust = CacheBust::none;
  DriveLoad load;
  SanityConfig sanity;
  record::KvMode kv;
  DriveEvidence evidence;
  std::vector<std::string> variant_tags;
  std::string tokenizer;
  std::string results_root;
  std::string run_id;  // empty: not given, whoever runs it chooses
  bool store_responses = false;
  bool self_test = false;  // the client alone, for longer
  bool virtual_time = false;
  bool calibrate = true;  // the client, for a moment, before the run
  std::string report_file;
  std::vector<analysis::Peer> peers;            // by whose definitions there are figures, too
  std::vector<analysis::Objective> objectives;  // of goodput; none: it is not judged
};

// Sets what BENCH_NVME_DEVICE and BENCH_TOKENIZER say, where the table has the setting; weaker than
// every source of Spillway's own.
void apply_drive_variables(const EnvironmentVariables& variables, Settings& settings);

// Throws Error for contradictions, and for what would have no effect beside the rest.
DriveConfig drive_config(const Settings& settings, const EnvironmentVariables& variables);

// The variables that describe a stack and belong to a run's record (the harness's kv_runtime_env).
std::vector<std::pair<std::string, std::string>> stack_variables(
    const EnvironmentVariables& variables);

}  // namespace spillway::scenario
