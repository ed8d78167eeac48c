// SPDX-License-Identifier: Apache-2.0
// Every flag of `spillway drive` does something: for each a figure of summary.json, or a file, that
// must differ with it. That a setting is on record is no effect.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/drive_rows.h"
#include "tests/cli/arguments.h"
#include "tests/cli/program.h"
#include "tests/text/temporary_directory.h"
#include "text/json_reader.h"

namespace spillway::cli {
namespace {

struct Effect {
  std::string_view flag;
  Arguments base;     // what both runs are given,
  Arguments without;  // what only the first,
  Arguments with;     // and what only the second
  // A path in summary.json, with numbers for places in lists; with a slash in front a file of the
  // run, whose content counts, or which is there with one of them alone.
  std::string_view figure;
};

// Of the first phase.
constexpr std::string_view kDuration = "phase_summaries.0.duration_s";
constexpr std::string_view kLatency = "phase_summaries.0.latency_ms.p50";
constexpr std::string_view kPrompts = "/prompts_manifest.jsonl";
constexpr std::string_view kRequests = "/request_manifest.jsonl";

// Four short prompts.
Arguments short_ones(const Arguments& more = {}) {
  return combine({"--requests", "4", "--warmup", "0", "--short-range", "64:128"}, more);
}

// Two long prompts, others, the first again.
Arguments eviction(const Arguments& more = {}) {
  return combine({"--scenario", "eviction_replay", "--warmup", "0", "--long-range", "300:400",
                  "--eviction-a-requests", "2", "--eviction-b-requests", "2"},
                 more);
}

Arguments copilot(const Arguments& more = {}) {
  return combine({"--scenario", "local_copilot_burst", "--warmup", "0", "--requests", "8",
                  "--copilot-shared-prefix-target-tokens", "512"},
                 more);
}

Arguments rehydrate(const Arguments& more = {}) {
  return combine({"--scenario", "rehydrate_replay", "--rehydrate-prefix-target-tokens", "600",
                  "--rehydrate-populate-sessions", "3", "--rehydrate-thrash-sessions", "4"},
                 more);
}

Arguments sanity(const Arguments& more = {}) {
  return short_ones(combine({"--ttfc-sanity-validate", "--ttfc-sanity-requests", "2"}, more));
}

// NOLINTNEXTLINE(readability-function-size): a table, no logic.
std::vector<Effect> effects(const std::string& directory) {
  const std::string data = SPILLWAY_SOURCE_DIR "/tests/data";
  const std::string rate = "--request-rate";
  return {
      {"config",
       {"--warmup", "0", "--short-range", "64:128"},
       {"--requests", "3"},
       {"--config", directory + "/drive.yaml"},
       kRequests},
      {"model-id", short_ones(), {}, {"--model-id", "another"}, "overall_summary.error_requests"},
      {"scenario", short_ones(), {}, {"--scenario", "reuse_verify"}, kRequests},
      {"prompt-set",
       short_ones({"--long-range", "300:400"}),
       {},
       {"--prompt-set", "long"},
       kPrompts},
      {"requests",
       {"--warmup", "0", "--short-range", "64:128"},
       {"--requests", "2"},
       {"--requests", "3"},
       "overall_summary.total_requests"},
      {"workload-set",
       {"--scenario", "workload", "--requests", "2"},
       {},
       {"--workload-set", "trace=" + data + "/mooncake/conversation_head.jsonl"},
       kRequests},
      {"warmup",
       {"--requests", "2", "--short-range", "64:128"},
       {"--warmup", "0"},
       {"--warmup", "2"},
       kRequests},
      {"seed", short_ones(), {}, {"--seed", "2"}, kPrompts},
      {"tokenizer",
       short_ones(),
       {},
       {"--tokenizer", data + "/tokenizer/gpt2_like.json"},
       "overall_summary.served.prompt_tokens"},
      {"short-range",
       {"--requests", "2", "--warmup", "0"},
       {"--short-range", "64:128"},
       {"--short-range", "200:300"},
       kPrompts},
      {"long-range",
       {"--requests", "2", "--warmup", "0", "--prompt-set", "long"},
       {"--long-range", "64:128"},
       {"--long-range", "200:300"},
       kPrompts},
      {"eviction-a-requests", eviction(), {}, {"--eviction-a-requests", "3"}, kRequests},
      {"eviction-b-requests", eviction(), {}, {"--eviction-b-requests", "3"}, kRequests},
      {"eviction-a-concurrency", eviction(), {}, {"--eviction-a-concurrency", "2"}, kLatency},
      {"eviction-b-concurrency",
       eviction(),
       {"--eviction-b-concurrency", "1"},
       {"--eviction-b-concurrency", "2"},
       "phase_summaries.1.latency_ms.p50"},
      {"reuse-repeat-count",
       short_ones({"--scenario", "reuse_verify"}),
       {},
       {"--reuse-repeat-count", "2"},
       kRequests},
      {"reuse-prompt-set",
       short_ones({"--scenario", "reuse_verify", "--long-range", "300:400"}),
       {},
       {"--reuse-prompt-set", "long"},
       kPrompts},
      {"copilot-session-count", copilot(), {}, {"--copilot-session-count", "1"}, kPrompts},
      {"copilot-burst-size", copilot(), {}, {"--copilot-burst-size", "1"}, kPrompts},
      {"copilot-shared-prefix-target-tokens",
       copilot(),
       {},
       {"--copilot-shared-prefix-target-tokens", "700"},
       kPrompts},
      {"rehydrate-populate-sessions",
       rehydrate(),
       {},
       {"--rehydrate-populate-sessions", "2"},
       kRequests},
      {"rehydrate-thrash-sessions",
       rehydrate(),
       {},
       {"--rehydrate-thrash-sessions", "2"},
       kRequests},
      {"rehydrate-turns", rehydrate(), {}, {"--rehydrate-turns", "1"}, kRequests},
      {"rehydrate-prefix-target-tokens",
       rehydrate(),
       {},
       {"--rehydrate-prefix-target-tokens", "700"},
       kPrompts},
      {"rehydrate-populate-concurrency",
       rehydrate(),
       {},
       {"--rehydrate-populate-concurrency", "3"},
       kDuration},
      {"rehydrate-thrash-concurrency",
       rehydrate(),
       {},
       {"--rehydrate-thrash-concurrency", "1"},
       "phase_summaries.1.latency_ms.p50"},
      {"rehydrate-replay-concurrency",
       rehydrate(),
       {},
       {"--rehydrate-replay-concurrency", "3"},
       "phase_summaries.2.duration_s"},
      {"rehydrate-replay-repeats", rehydrate(), {}, {"--rehydrate-replay-repeats", "2"}, kRequests},
      {"rehydrate-gen-tokens",
       rehydrate(),
       {},
       {"--rehydrate-gen-tokens", "3"},
       "overall_summary.served.completion_tokens"},
      {"max-tokens",
       short_ones(),
       {},
       {"--max-tokens", "5"},
       "overall_summary.served.completion_tokens"},
      {"stream", short_ones(), {}, {"--stream"}, "overall_summary.served.itl_ms"},
      {"stream-record-ttfb",
       short_ones({"--stream"}),
       {},
       {"--stream-record-ttfb"},
       "overall_summary.ttfb_ms"},
      {"cache-bust", short_ones(), {}, {"--cache-bust", "run"}, kPrompts},
      {"include-usage",
       short_ones({"--stream"}),
       {},
       {"--include-usage", "never"},
       "overall_summary.served.answers_with_usage"},
      {"engine-max-input-tokens",
       short_ones(),
       {},
       {"--engine-max-input-tokens", "300"},
       "run_valid"},
      {"input-token-safety-margin",
       short_ones(),
       {},
       {"--input-token-safety-margin", "8150"},
       "run_valid"},
      {"concurrency", short_ones(), {}, {"--concurrency", "4"}, kDuration},
      {"arrival",
       copilot({"--concurrency", "2", "--copilot-session-count", "2"}),
       {},
       {"--arrival", "sessions"},
       "/requests.jsonl"},
      {"request-rate", short_ones({"--arrival", "constant"}), {rate, "2"}, {rate, "4"}, kDuration},
      {"burstiness",
       short_ones({"--arrival", "gamma", rate, "10"}),
       {},
       {"--burstiness", "0.1"},
       kDuration},
      {"max-in-flight",
       short_ones({"--arrival", "constant", rate, "1000"}),
       {},
       {"--max-in-flight", "1"},
       "phase_summaries.0.load.dropped"},
      {"think-time-s", copilot({"--arrival", "sessions"}), {}, {"--think-time-s", "3"}, kDuration},
      {"ramp-s", short_ones({"--concurrency", "4"}), {}, {"--ramp-s", "30"}, kDuration},
      {"timeout-s",
       short_ones(),
       {},
       {"--timeout-s", "0.001"},
       "phase_summaries.0.served.failures"},
      {"stream-timeout-s",
       short_ones({"--stream"}),
       {},
       {"--stream-timeout-s", "0.001"},
       "phase_summaries.0.served.failures"},
      {"stall-timeout-s",
       short_ones(),
       {},
       {"--stall-timeout-s", "0.001"},
       "phase_summaries.0.served.failures"},
      {"ttfc-sanity-validate",
       short_ones(),
       {},
       {"--ttfc-sanity-validate"},
       "ttfc_sanity_validation.status"},
      {"ttfc-sanity-fail-on-error",
       sanity({"--ttfc-sanity-ttft-ratio-threshold", "1000"}),
       {},
       {"--ttfc-sanity-fail-on-error"},
       "run_valid"},
      {"ttfc-sanity-requests",
       short_ones({"--ttfc-sanity-validate"}),
       {},
       {"--ttfc-sanity-requests", "3"},
       "/profile_export.jsonl"},
      {"ttfc-sanity-concurrency",
       sanity(),
       {},
       {"--ttfc-sanity-concurrency", "2"},
       "ttfc_sanity_validation.verdict.metrics_p95_ms.legacy_short_ttft"},
      {"ttfc-sanity-short-max-tokens",
       sanity(),
       {},
       {"--ttfc-sanity-short-max-tokens", "3"},
       "ttfc_sanity_validation.verdict.metrics_p95_ms.stream_short_latency"},
      {"ttfc-sanity-long-max-tokens",
       sanity(),
       {},
       {"--ttfc-sanity-long-max-tokens", "30"},
       "ttfc_sanity_validation.verdict.metrics_p95_ms.stream_long_latency"},
      {"ttfc-sanity-ttfc-ratio-threshold",
       sanity(),
       {},
       {"--ttfc-sanity-ttfc-ratio-threshold", "0.1"},
       "ttfc_sanity_validation.status"},
      {"ttfc-sanity-ttft-ratio-threshold",
       sanity(),
       {},
       {"--ttfc-sanity-ttft-ratio-threshold", "1000"},
       "ttfc_sanity_validation.status"},
      {"kv-mode",
       rehydrate(),
       {"--kv-mode", "off"},
       {"--kv-mode", "cpu_only"},
       "overall_summary.served.cached_tokens"},
      {"tier-mode",
       rehydrate(),
       {"--tier-mode", "B0"},
       {"--tier-mode", "B1"},
       "overall_summary.served.cached_tokens"},
      {"kv-cpu-cache-gb",
       rehydrate({"--tier-mode", "B1", "--rehydrate-thrash-sessions", "12", "--serve-set",
                  "gpu-cache-gb=0.25"}),
       {},
       {"--kv-cpu-cache-gb", "0.5"},
       "phase_summaries.2.served.cached_tokens"},
      {"kv-disk-cache-gb",
       rehydrate({"--tier-mode", "B2", "--kv-cpu-cache-gb", "0.1",
                  "--diagnostic-disable-disk-offload-filter", "--rehydrate-thrash-sessions", "12",
                  "--serve-set", "gpu-cache-gb=0.25"}),
       {},
       {"--kv-disk-cache-gb", "0.5"},
       "phase_summaries.2.served.cached_tokens"},
      {"diagnostic-disable-disk-offload-filter",
       rehydrate({"--tier-mode", "B2", "--rehydrate-turns", "1"}),
       {},
       {"--diagnostic-disable-disk-offload-filter"},
       "kvbm_metrics.phase_deltas.populate.kvbm_disk_bytes_written_delta"},
      {"serve-set", short_ones(), {}, {"--serve-set", "decode-step-ms=3"}, kDuration},
      {"capture-metrics-snapshot",
       eviction({"--tier-mode", "B1"}),
       {},
       {"--capture-metrics-snapshot"},
       "/kvbm_metric_inventory.txt"},
      {"metrics-snapshot-dir",
       eviction({"--tier-mode", "B1", "--capture-metrics-snapshot"}),
       {},
       {"--metrics-snapshot-dir", directory + "/pages"},
       "/kvbm_metric_inventory.txt"},
      {"metrics-inventory-keywords",
       eviction({"--tier-mode", "B1", "--capture-metrics-snapshot"}),
       {},
       {"--metrics-inventory-keywords", "matched"},
       "/kvbm_metric_inventory_expanded.txt"},
      {"store-responses",
       short_ones(),
       {},
       {"--store-responses"},
       "/responses/main_000001_main-00000.txt"},
      {"metrics-as", short_ones(), {}, {"--metrics-as", "vllm"}, "metrics_as"},
      {"goodput", short_ones(), {}, {"--goodput", "e2el:1"}, "overall_summary.goodput"},
      {"report-filename", short_ones(), {}, {"--report-filename", "my.md"}, "/my.md"},
  };
}

// What needs a server, a device or processes, which virtual time does not have, or is on record
// alone as the harness has it; and where each is tested.
const std::set<std::string_view> kElsewhere = {
    // drive_program_test: a server that is not there, one that runs already, the calibration
    "base-url", "model-resolve-timeout-s", "clock", "results-root", "run-id", "self-test",
    "calibrate", "warm-cache", "kvbm-metrics-url", "io-attrib", "allow-missing-kvbm-metrics",
    // load/model_resolver_test
    "model-resolve-poll-s",
    // drive_program_test: a server with a key and a certificate
    "api-key-file", "tls-ca", "insecure",
    // drive_plan_test: the bodies of requests
    "temperature", "top-p", "stop", "request-seed",
    // on record alone, of a server that somebody else has set up: drive_settings_test
    "variant-tag", "diagnostic-disable-partial-reuse", "diagnostic-disable-block-reuse",
    // drive_settings_test, run_telemetry_test, telemetry's own tests, compat/drive.test.mjs
    "phase-io-device", "worker-proc-pattern", "nvme-device", "io-attrib-interval-s",
    "io-attrib-top-procs", "service-log", "kvbm-cache-dir", "container-name", "server-metrics-url",
    "kvbm-metrics-timeout-s", "telemetry-interval-s", "collect-telemetry", "telemetry-pid",
    "iostat-device", "metrics-system-url", "metrics-kvbm-url"};

class DriveFlagEffectsTest : public testing::Test {
 protected:
  DriveFlagEffectsTest() { directory_.write("drive.yaml", "drive: {requests: 2}\n"); }

  std::string figure(const Effect& effect, const Arguments& own) const {
    std::filesystem::remove_all(directory_.file("run"));
    const Arguments always = {"drive",    "--clock", "virtual",        "--max-tokens",   "2",
                              "--run-id", "run",     "--results-root", directory_.path()};
    const Ended ended = Program(combine(combine(always, effect.base), own)).wait();
    EXPECT_TRUE(ended.status == 0 || ended.status == 2) << effect.flag << ": " << ended.err;
    const std::string run = directory_.file("run");
    if (!std::filesystem::exists(run)) {
      ADD_FAILURE() << effect.flag << ": " << ended.err;
      return "";
    }
    if (effect.figure.starts_with('/')) {
      std::ifstream file(run + std::string(effect.figure), std::ios::binary);
      return file ? std::string(std::istreambuf_iterator<char>(file), {}) : "no such file";
    }
    const text::JsonValue summary = text::read_json(run + "/summary.json");
    const text::JsonValue* value = &summary;
    for (std::string_view path = effect.figure; !path.empty() && value != nullptr;) {
      const std::size_t dot = std::min(path.find('.'), path.size());
      const std::string name(path.substr(0, dot));
      value = name == "0" || name == "1" || name == "2"
                  ? &value->elements()[static_cast<std::size_t>(name[0] - '0')]
                  : value->find(name);
      path = dot == path.size() ? "" : path.substr(dot + 1);
    }
    return value == nullptr ? "no such key" : value->excerpt();
  }

  TemporaryDirectory directory_;
};

TEST_F(DriveFlagEffectsTest, EveryFlagMovesAFigure) {
  for (const Effect& effect : effects(directory_.path())) {
    EXPECT_NE(figure(effect, effect.without), figure(effect, effect.with))
        << "--" << effect.flag << ": " << effect.figure;
  }
}

TEST_F(DriveFlagEffectsTest, NoFlagIsWithoutAnEffect) {
  std::set<std::string_view> known = kElsewhere;
  for (const Effect& effect : effects(directory_.path())) known.insert(effect.flag);
  for (const scenario::Setting& row : scenario::drive_rows()) {
    EXPECT_EQ(known.erase(row.name), 1U) << "--" << row.name << " has no row in effects()";
  }
  for (const std::string_view gone : known) ADD_FAILURE() << "there is no --" << gone;
}

}  // namespace
}  // namespace spillway::cli
