// SPDX-License-Identifier: Apache-2.0
// Every flag of `spillway bench` does something: for each a figure of the record that must move,
// and where to. That a setting is on record is no effect.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/bench_settings.h"
#include "tests/cli/program.h"
#include "text/json_reader.h"

namespace spillway::cli {
namespace {

namespace fs = std::filesystem;

enum class Moves { up, down, differs };

using Arguments = std::vector<std::string>;

struct Effect {
  std::string_view flag;
  Arguments base;           // what both runs are given,
  Arguments without;        // what only the first,
  Arguments with;           // and what only the second
  std::string_view figure;  // a path in record.json
  Moves moves;
};

const std::string kData = SPILLWAY_SOURCE_DIR "/tests/data";
const std::string kSessions = kData + "/kv-cache-tester";

// A flag that is there already is given its new value.
Arguments combine(Arguments all, const Arguments& more) {
  for (std::size_t i = 0; i < more.size(); ++i) {
    const bool has_value = i + 1 < more.size() && !more[i + 1].starts_with("--");
    const auto found = std::ranges::find(all, more[i]);
    if (found == all.end()) {
      all.push_back(more[i]);
      if (has_value) all.push_back(more[i + 1]);
    } else if (has_value) {
      *(found + 1) = more[i + 1];
    }
    if (has_value) ++i;
  }
  return all;
}

// Eight users of a small model for some seconds of virtual time, on storage alone.
Arguments users(const Arguments& more = {}) {
  return combine({"--clock", "virtual", "--model", "tiny-1b", "--num-users", "8", "--gpu-mem-gb",
                  "0", "--cpu-mem-gb", "0", "--duration", "10"},
                 more);
}

// Recorded sessions in virtual time.
Arguments trace(const Arguments& more = {}) {
  return combine({"--clock", "virtual", "--trace", kSessions}, more);
}

// The same in small blocks on a real disk; the cache directory is the test's.
Arguments disk(const Arguments& more = {}) {
  return combine({"--trace", kSessions, "--model", "tiny-1b", "--length-scale", "0.0312",
                  "--prefill-tokens-per-s", "0", "--storage-capacity-gb", "256MiB"},
                 more);
}

// NOLINTNEXTLINE(readability-function-size): a table, no logic.
std::vector<Effect> effects() {
  using enum Moves;
  const std::string sharegpt = kData + "/sharegpt/glaive_head.json";
  const std::string burst = kData + "/burstgpt/burstgpt_1_head.csv";
  return {
      {"trace",
       {"--clock", "virtual"},
       {"--num-users", "1", "--gpu-mem-gb", "0", "--cpu-mem-gb", "0", "--duration", "1"},
       {"--trace", kSessions},
       "plan.workload",
       differs},
      {"requests", users(), {}, {"--requests", burst}, "plan.hash", differs},
      {"dataset-path", users(), {}, {"--dataset-path", sharegpt}, "plan.hash", differs},
      {"max-conversations",
       users({"--dataset-path", sharegpt, "--replay-cycles", "1"}),
       {"--max-conversations", "5"},
       {"--max-conversations", "2"},
       "requests.offered",
       down},
      {"use-burst-trace",
       users({}),
       {},
       {"--use-burst-trace", "--burst-trace-path", burst},
       "plan.hash",
       differs},
      {"burst-trace-path",
       users({"--use-burst-trace"}),
       {"--burst-trace-path", burst},
       {"--burst-trace-path", kData + "/burstgpt/burstgpt_3_head.csv"},
       "plan.hash",
       differs},
      {"trace-speedup",
       users({"--requests", burst, "--duration", "100"}),
       {},
       {"--trace-speedup", "10"},
       "requests.offered",
       up},
      {"replay-cycles",
       users({"--dataset-path", sharegpt, "--generation-mode", "none"}),
       {"--replay-cycles", "1"},
       {"--replay-cycles", "2"},
       "requests.offered",
       up},
      {"request-model", users(), {}, {"--request-model", "engine"}, "entries.decode_reads", down},
      {"arrival",
       users({"--concurrency", "1"}),
       {},
       {"--arrival", "users"},
       "latency_ms.queue_wait.mean",
       up},
      {"request-rate",
       users({"--arrival", "poisson"}),
       {"--request-rate", "1"},
       {"--request-rate", "9"},
       "requests.offered",
       up},
      {"burstiness",
       users({"--arrival", "gamma", "--request-rate", "5", "--generation-mode", "none",
              "--duration", "60"}),
       {"--burstiness", "100"},
       {"--burstiness", "0.1"},
       "latency_ms.queue_wait.mean",
       up},
      {"num-users", users(), {}, {"--num-users", "16"}, "requests.offered", up},
      {"concurrency", users(), {}, {"--concurrency", "1"}, "latency_ms.queue_wait.mean", up},
      {"time-scale",
       trace({"--arrival", "trace", "--duration", "100"}),
       {},
       {"--time-scale", "0.1"},
       "requests.offered",
       up},
      {"length-scale", trace(), {}, {"--length-scale", "0.5"}, "requests.input_tokens", down},
      {"max-requests", trace(), {}, {"--max-requests", "7"}, "requests.offered", down},
      {"duration", trace(), {}, {"--duration", "1"}, "requests.offered", down},
      {"warm-up", trace(), {}, {"--warm-up", "5"}, "requests.warm_up", up},
      {"think-scale", users(), {}, {"--think-scale", "0"}, "requests.offered", up},
      {"history",
       users({"--duration", "60"}),
       {},
       {"--history", "previous"},
       "entries.reuse.history.asked",
       down},
      {"disable-multi-turn",
       users(),
       {},
       {"--disable-multi-turn"},
       "entries.reuse.history.asked",
       down},
      {"disable-prefix-caching",
       users(),
       {},
       {"--disable-prefix-caching"},
       "entries.reuse.system_prompt.asked",
       down},
      {"enable-rag",
       users({"--generation-mode", "none", "--duration", "60"}),
       {},
       {"--enable-rag"},
       "entries.reuse.retrieval.asked",
       up},
      {"rag-num-docs",
       users({"--enable-rag"}),
       {},
       {"--rag-num-docs", "100"},
       "tiers.storage.peak_bytes",
       up},
      {"max-concurrent-allocs",
       users({"--think-scale", "0", "--generation-mode", "none"}),
       {},
       {"--max-concurrent-allocs", "1"},
       "tiers.storage.write.latency_ms.mean",
       down},
      {"prefill-only", users(), {}, {"--prefill-only"}, "entries.decode_reads", down},
      {"decode-only", users(), {}, {"--decode-only"}, "tiers.storage.write.bytes", down},
      {"user-templates-chatbot-context-range",
       users({"--generation-mode", "none"}),
       {},
       {"--user-templates-chatbot-context-range", "30000-40000"},
       "plan.input_tokens",
       up},
      {"user-templates-chatbot-generation-range",
       users({"--generation-mode", "none"}),
       {},
       {"--user-templates-chatbot-generation-range", "5000-6000"},
       "plan.output_tokens",
       up},
      {"user-templates-chatbot-think-time-range",
       users({"--generation-mode", "none", "--num-users", "30", "--storage-read-gb-per-s", "0",
              "--storage-write-gb-per-s", "0"}),
       {},
       {"--user-templates-chatbot-think-time-range", "50-60"},
       "requests.offered",
       down},
      {"user-templates-coding-context-range",
       users({"--generation-mode", "none"}),
       {},
       {"--user-templates-coding-context-range", "30000-40000"},
       "plan.input_tokens",
       up},
      {"user-templates-coding-generation-range",
       users({"--generation-mode", "none"}),
       {},
       {"--user-templates-coding-generation-range", "5000-6000"},
       "plan.output_tokens",
       up},
      {"user-templates-coding-think-time-range",
       users({"--generation-mode", "none", "--num-users", "30", "--storage-read-gb-per-s", "0",
              "--storage-write-gb-per-s", "0"}),
       {},
       {"--user-templates-coding-think-time-range", "50-60"},
       "requests.offered",
       down},
      {"user-templates-document-context-range",
       users({"--generation-mode", "none"}),
       {},
       {"--user-templates-document-context-range", "30000-40000"},
       "plan.input_tokens",
       up},
      {"user-templates-document-generation-range",
       users({"--generation-mode", "none"}),
       {},
       {"--user-templates-document-generation-range", "5000-6000"},
       "plan.output_tokens",
       up},
      {"user-templates-document-think-time-range",
       users({"--generation-mode", "none", "--num-users", "30", "--storage-read-gb-per-s", "0",
              "--storage-write-gb-per-s", "0"}),
       {},
       {"--user-templates-document-think-time-range", "50-60"},
       "requests.offered",
       down},
      {"generation-timing-none",
       users({"--generation-mode", "none"}),
       {},
       {"--generation-timing-none", "0.1"},
       "entries.latency_ms.generation.mean",
       up},
      {"generation-timing-fast",
       users({"--generation-mode", "fast"}),
       {},
       {"--generation-timing-fast", "0.1"},
       "entries.latency_ms.generation.mean",
       up},
      {"generation-timing-realistic",
       users({"--generation-mode", "realistic"}),
       {},
       {"--generation-timing-realistic", "0.1"},
       "entries.latency_ms.generation.mean",
       up},
      {"qos-profiles-interactive-target-latency-p95-ms",
       users({"--generation-mode", "none", "--duration", "60"}),
       {"--qos-profiles-interactive-target-latency-p95-ms", "1"},
       {"--qos-profiles-interactive-target-latency-p95-ms", "100000"},
       "classes.interactive.sla.ttft_met",
       up},
      {"qos-profiles-responsive-target-latency-p95-ms",
       users({"--generation-mode", "none", "--duration", "60"}),
       {"--qos-profiles-responsive-target-latency-p95-ms", "1"},
       {"--qos-profiles-responsive-target-latency-p95-ms", "100000"},
       "classes.responsive.sla.ttft_met",
       up},
      {"qos-profiles-batch-target-latency-p95-ms",
       users({"--generation-mode", "none", "--duration", "60"}),
       {"--qos-profiles-batch-target-latency-p95-ms", "1"},
       {"--qos-profiles-batch-target-latency-p95-ms", "100000"},
       "classes.batch.sla.ttft_met",
       up},
      {"qos-profiles-interactive-priority",
       users({"--generation-mode", "none", "--arrival", "users", "--concurrency", "1",
              "--num-users", "60", "--storage-read-gb-per-s", "3", "--storage-write-gb-per-s",
              "3"}),
       {},
       {"--qos-profiles-interactive-priority", "0"},
       "classes.interactive.admitted",
       down},
      {"qos-profiles-responsive-priority",
       users({"--generation-mode", "none", "--arrival", "users", "--concurrency", "1",
              "--num-users", "60", "--storage-read-gb-per-s", "3", "--storage-write-gb-per-s",
              "3"}),
       {},
       {"--qos-profiles-responsive-priority", "9"},
       "classes.responsive.admitted",
       up},
      {"qos-profiles-batch-priority",
       users({"--generation-mode", "none", "--arrival", "users", "--concurrency", "1",
              "--num-users", "60", "--storage-read-gb-per-s", "3", "--storage-write-gb-per-s",
              "3"}),
       {},
       {"--qos-profiles-batch-priority", "9"},
       "classes.batch.admitted",
       up},
      {"qos-distribution-interactive-probability",
       users({"--generation-mode", "none"}),
       {},
       {"--qos-distribution-interactive-probability", "0.5"},
       "classes.interactive.requests.offered",
       up},
      {"qos-distribution-responsive-threshold",
       users({"--generation-mode", "none"}),
       {},
       {"--qos-distribution-responsive-threshold", "1"},
       "classes.batch.requests.offered",
       down},
      {"prefix-cache-system-prompt-hit-probability",
       users({"--generation-mode", "none"}),
       {},
       {"--prefix-cache-system-prompt-hit-probability", "1"},
       "entries.reuse.system_prompt.asked",
       up},
      {"rag-chunk-size-tokens",
       users({"--generation-mode", "none", "--duration", "60", "--enable-rag"}),
       {},
       {"--rag-chunk-size-tokens", "64"},
       "tiers.storage.read.latency_ms.p50",
       down},
      {"rag-top-k-chunks",
       users({"--generation-mode", "none", "--duration", "60", "--enable-rag"}),
       {},
       {"--rag-top-k-chunks", "1"},
       "entries.reuse.retrieval.asked",
       down},
      {"rag-max-chunk-bytes",
       users({"--generation-mode", "none", "--duration", "60", "--enable-rag"}),
       {},
       {"--rag-max-chunk-bytes", "1000000"},
       "plan.hash",
       differs},
      {"rag-request-probability",
       users({"--generation-mode", "none", "--duration", "60", "--enable-rag"}),
       {},
       {"--rag-request-probability", "0.9"},
       "entries.reuse.retrieval.asked",
       up},
      {"rag-retrieval-distribution",
       users({"--generation-mode", "none", "--duration", "60", "--enable-rag"}),
       {},
       {"--rag-retrieval-distribution", "uniform"},
       "plan.hash",
       differs},
      {"rag-max-documents",
       users({"--generation-mode", "none", "--duration", "60", "--enable-rag"}),
       {},
       {"--rag-max-documents", "1"},
       "plan.hash",
       differs},
      {"rag-large-model-doc-tokens-min",
       users({"--generation-mode", "none", "--enable-rag", "--model", "llama3.1-70b-instruct"}),
       {},
       {"--rag-large-model-doc-tokens-min", "4096"},
       "plan.hash",
       differs},
      {"rag-large-model-doc-tokens-max",
       users({"--generation-mode", "none", "--enable-rag", "--model", "llama3.1-70b-instruct"}),
       {},
       {"--rag-large-model-doc-tokens-max", "1024"},
       "plan.hash",
       differs},
      {"rag-small-model-doc-tokens-min",
       users({"--generation-mode", "none", "--duration", "60", "--enable-rag"}),
       {},
       {"--rag-small-model-doc-tokens-min", "12000"},
       "tiers.storage.peak_bytes",
       up},
      {"rag-small-model-doc-tokens-max",
       users({"--generation-mode", "none", "--duration", "60", "--enable-rag"}),
       {},
       {"--rag-small-model-doc-tokens-max", "4000"},
       "tiers.storage.peak_bytes",
       down},
      {"conversation-max-turns-per-conv",
       users({"--generation-mode", "none", "--duration", "60"}),
       {},
       {"--conversation-max-turns-per-conv", "2"},
       "entries.reuse.history.asked",
       down},
      {"conversation-end-conversation-probability",
       users({"--generation-mode", "none", "--duration", "60"}),
       {},
       {"--conversation-end-conversation-probability", "0.9"},
       "entries.reuse.history.asked",
       down},
      {"decode-batch-size",
       users({"--generation-mode", "none"}),
       {},
       {"--decode-batch-size", "8"},
       "entries.decode_reads",
       up},
      {"sharegpt-max-context-tokens",
       users({"--generation-mode", "none", "--dataset-path", sharegpt, "--replay-cycles", "1"}),
       {},
       {"--sharegpt-max-context-tokens", "5"},
       "plan.input_tokens",
       down},
      {"sharegpt-max-generation-tokens",
       users({"--generation-mode", "none", "--dataset-path", sharegpt, "--replay-cycles", "1"}),
       {},
       {"--sharegpt-max-generation-tokens", "5"},
       "plan.output_tokens",
       down},
      {"sharegpt-chars-per-token-estimate",
       users({"--generation-mode", "none", "--dataset-path", sharegpt, "--replay-cycles", "1"}),
       {},
       {"--sharegpt-chars-per-token-estimate", "1"},
       "plan.input_tokens",
       up},
      {"eviction-target-usage-ratio",
       trace({"--cpu-mem-gb", "1"}),
       {},
       {"--eviction-target-usage-ratio", "0.2"},
       "tiers.cpu.peak_bytes",
       down},
      {"enable-autoscaling",
       users({"--generation-mode", "none", "--duration", "300"}),
       {},
       {"--enable-autoscaling", "--autoscaler-max-users", "40"},
       "requests.offered",
       differs},
      {"autoscaler-mode",
       users({"--generation-mode", "none", "--duration", "600", "--enable-autoscaling",
              "--autoscaler-max-users", "60"}),
       {},
       {"--autoscaler-mode", "capacity"},
       "autoscaling.mode",
       differs},
      {"target-saturation",
       users({"--generation-mode", "none", "--duration", "600", "--enable-autoscaling",
              "--autoscaler-max-users", "60"}),
       {},
       {"--target-saturation", "0.2"},
       "autoscaling.users",
       down},
      {"autoscaler-step",
       users({"--generation-mode", "none", "--duration", "600", "--enable-autoscaling",
              "--autoscaler-max-users", "60"}),
       {},
       {"--autoscaler-step", "40"},
       "requests.offered",
       differs},
      {"autoscaler-min-users",
       users({"--generation-mode", "none", "--duration", "600", "--enable-autoscaling",
              "--autoscaler-max-users", "60"}),
       {"--autoscaler-min-users", "1"},
       {"--autoscaler-min-users", "8"},
       "requests.offered",
       differs},
      {"autoscaler-max-users",
       users({"--generation-mode", "none", "--duration", "600", "--enable-autoscaling",
              "--autoscaler-max-users", "60"}),
       {},
       {"--autoscaler-max-users", "9"},
       "requests.offered",
       down},
      {"autoscaler-scale-up-factor",
       users({"--generation-mode", "none", "--duration", "600", "--enable-autoscaling",
              "--autoscaler-max-users", "60"}),
       {},
       {"--autoscaler-scale-up-factor", "2"},
       "requests.offered",
       differs},
      {"autoscaler-scale-down-factor",
       users({"--generation-mode", "none", "--duration", "600", "--enable-autoscaling",
              "--autoscaler-max-users", "60"}),
       {},
       {"--autoscaler-scale-down-factor", "0.3"},
       "requests.offered",
       differs},
      {"autoscaler-consecutive-samples-required",
       users({"--generation-mode", "none", "--duration", "600", "--enable-autoscaling",
              "--autoscaler-max-users", "60"}),
       {},
       {"--autoscaler-consecutive-samples-required", "4"},
       "requests.offered",
       differs},
      {"saturation-read-latency-p95-threshold-ms",
       users({"--generation-mode", "none", "--duration", "600", "--enable-autoscaling",
              "--autoscaler-max-users", "60"}),
       {},
       {"--saturation-read-latency-p95-threshold-ms", "1"},
       "requests.offered",
       down},
      {"saturation-write-latency-p95-threshold-ms",
       users({"--generation-mode", "none", "--duration", "600", "--enable-autoscaling",
              "--autoscaler-max-users", "60"}),
       {},
       {"--saturation-write-latency-p95-threshold-ms", "1"},
       "requests.offered",
       down},
      {"model", trace(), {}, {"--model", "tiny-1b"}, "tiers.storage.write.bytes", down},
      {"tensor-parallel",
       trace({"--model", "deepseek-v3"}),
       {},
       {"--tensor-parallel", "2"},
       "tiers.storage.write.bytes",
       up},
      {"prefill-tokens-per-s",
       trace(),
       {},
       {"--prefill-tokens-per-s", "1000"},
       "latency_ms.prefill.mean",
       up},
      {"decode-ms-per-token",
       trace(),
       {},
       {"--decode-ms-per-token", "5"},
       "latency_ms.end_to_end.mean",
       up},
      {"generation-mode",
       users(),
       {},
       {"--generation-mode", "none"},
       "entries.latency_ms.generation.mean",
       down},
      {"gpu-gb-per-s",
       trace({"--gpu-mem-gb", "4"}),
       {},
       {"--gpu-gb-per-s", "1"},
       "tiers.gpu.write.latency_ms.mean",
       up},
      {"gpu-latency-us",
       trace({"--gpu-mem-gb", "4"}),
       {},
       {"--gpu-latency-us", "1e5"},
       "tiers.gpu.write.latency_ms.mean",
       up},
      {"cpu-gb-per-s",
       trace({"--cpu-mem-gb", "4"}),
       {},
       {"--cpu-gb-per-s", "1"},
       "tiers.cpu.write.latency_ms.mean",
       up},
      {"cpu-latency-us",
       trace({"--cpu-mem-gb", "4"}),
       {},
       {"--cpu-latency-us", "1e5"},
       "tiers.cpu.write.latency_ms.mean",
       up},
      {"storage-read-gb-per-s",
       trace(),
       {},
       {"--storage-read-gb-per-s", "1"},
       "tiers.storage.read.latency_ms.mean",
       up},
      {"storage-write-gb-per-s",
       trace(),
       {},
       {"--storage-write-gb-per-s", "1"},
       "tiers.storage.write.latency_ms.mean",
       up},
      {"storage-read-latency-us",
       trace(),
       {},
       {"--storage-read-latency-us", "1e5"},
       "tiers.storage.read.latency_ms.mean",
       up},
      {"storage-write-latency-us",
       trace(),
       {},
       {"--storage-write-latency-us", "1e5"},
       "tiers.storage.write.latency_ms.mean",
       up},
      {"gpu-mem-gb", trace(), {}, {"--gpu-mem-gb", "1"}, "tiers.gpu.read.bytes", up},
      {"num-gpus",
       trace({"--gpu-mem-gb", "1"}),
       {},
       {"--num-gpus", "2"},
       "tiers.gpu.peak_bytes",
       up},
      {"cpu-mem-gb", trace(), {}, {"--cpu-mem-gb", "1"}, "tiers.cpu.read.bytes", up},
      {"storage-capacity-gb",
       trace(),
       {},
       {"--storage-capacity-gb", "1"},
       "tiers.storage.evictions",
       up},
      {"promote",
       trace({"--cpu-mem-gb", "1"}),
       {},
       {"--promote", "on"},
       "tiers.cpu.promotions",
       up},
      {"storage-layout",
       disk(),
       {},
       {"--storage-layout", "modelled"},
       "storage_proof.direct",
       differs},
      {"io-engine", disk(), {}, {"--io-engine", "threads"}, "environment.io_engine", differs},
      {"io-depth", disk(), {}, {"--io-depth", "1"}, "engine.achieved_queue_depth", down},
      {"io-piece",
       disk({"--length-scale", "0.2"}),
       {},
       {"--io-piece", "128KiB"},
       "engine.write_piece_ms.count",
       up},
      {"io-in-flight",
       disk({"--length-scale", "0.2", "--io-piece", "128KiB"}),
       {},
       {"--io-in-flight", "128KiB"},
       "engine.achieved_queue_depth",
       down},
      {"buffered", disk(), {}, {"--buffered"}, "storage_proof.direct", differs},
      {"verify", disk(), {"--verify", "off"}, {"--verify", "all"}, "verification.blocks", up},
      {"clock", disk(), {}, {"--clock", "virtual"}, "window.clock", differs},
      {"io-trace-log", users(), {}, {"--io-trace-log", "/dev/null"}, "io_trace", differs},
      {"io-trace-extra",
       users({"--io-trace-log", "/dev/null", "--storage-capacity-gb", "256MiB"}),
       {},
       {"--io-trace-extra"},
       "io_trace.rows",
       up},
      {"enable-latency-tracing",
       disk(),
       {},
       {"--enable-latency-tracing"},
       "device_latency",
       differs},
      {"validation-trace",
       users(),
       {},
       {"--validation-trace", kData + "/validation/requests.json"},
       "validation",
       differs},
      {"precondition",
       users({"--storage-capacity-gb", "1"}),
       {},
       {"--precondition"},
       "precondition",
       differs},
      {"precondition-size-gb",
       users({"--storage-capacity-gb", "1", "--precondition"}),
       {},
       {"--precondition-size-gb", "3"},
       "precondition.bytes",
       up},
      {"precondition-threads",
       users({"--storage-capacity-gb", "64", "--precondition", "--precondition-size-gb", "8",
              "--storage-write-latency-us", "1e5"}),
       {"--precondition-threads", "1"},
       {"--precondition-threads", "8"},
       "precondition.elapsed_ns",
       down},
      {"seed", users(), {}, {"--seed", "1"}, "plan.hash", differs},
      {"shards",
       disk({"--num-users", "4"}),
       {},
       {"--shards", "2"},
       "tiers.storage.write.latency_ms.mean",
       differs},
  };
}

// What acts before or beside a run, and where that is tested.
const std::set<std::string_view> kNotOfARun = {
    "preset",  // program_test: its values are on record with their origin
    "config",  // program_test, likewise
    // scenario/mlperf_settings_test: they refuse
    "validation-limits-max-users", "validation-limits-max-duration-seconds",
    "validation-limits-max-gpu-memory-gb", "validation-limits-max-cpu-memory-gb",
    // program_test: the file, its names, its lists, the criteria and the status
    "output", "output-dialect", "no-latency-lists", "performance-profile", "fail-on-assessment",
    "log-level",     // tracing_commands_test: what is said
    "cache-dir",     // program_test: the directory is used, and empty again
    "model-config",  // program_test
    "plan-only",     // program_test
    "run-dir",       // program_test: the results are there
};

class FlagEffectsTest : public testing::Test {
 protected:
  FlagEffectsTest() : root_(testing::TempDir() + "spillway-flags-XXXXXX") {
    ::mkdtemp(root_.data());
    fs::create_directory(root_ + "/cache");
  }
  ~FlagEffectsTest() override { fs::remove_all(root_); }

  // The figure of a run; a text where it is none that can be compared by size.
  std::optional<text::JsonValue> figure(const Effect& effect, const Arguments& own) {
    const Arguments paths = {"bench", "--run-dir", root_ + "/run", "--cache-dir", root_ + "/cache"};
    const Ended ended = run(combine(combine(paths, effect.base), own));
    EXPECT_EQ(ended.status, 0) << effect.flag << ": " << ended.err;
    if (ended.status != 0) return std::nullopt;
    const text::JsonValue record = text::read_json(root_ + "/run/record.json");
    fs::remove_all(root_ + "/run");
    const text::JsonValue* value = &record;
    for (std::string_view path = effect.figure; !path.empty();) {
      const std::size_t dot = path.find('.');
      value = &value->at(path.substr(0, dot));
      path = dot == std::string_view::npos ? "" : path.substr(dot + 1);
    }
    return *value;
  }

  std::string root_;
};

double number_of(const text::JsonValue& value) {
  return value.is_number() ? value.as_double() : 0;  // null: nothing was measured
}

TEST_F(FlagEffectsTest, EveryFlagMovesAFigure) {
  for (const Effect& effect : effects()) {
    SCOPED_TRACE(fmt::format("--{}: {}", effect.flag, effect.figure));
    const auto before = figure(effect, effect.without);
    const auto after = figure(effect, effect.with);
    if (!before || !after) continue;
    switch (effect.moves) {
      case Moves::up:
        EXPECT_GT(number_of(*after), number_of(*before));
        break;
      case Moves::down:
        EXPECT_LT(number_of(*after), number_of(*before));
        break;
      case Moves::differs:
        EXPECT_NE(after->excerpt(), before->excerpt());
        break;
    }
  }
}

TEST_F(FlagEffectsTest, NoFlagIsWithoutAnEffect) {
  std::set<std::string_view> known = kNotOfARun;
  for (const Effect& effect : effects()) known.insert(effect.flag);
  for (const scenario::Setting& row : scenario::bench_settings()) {
    EXPECT_TRUE(known.contains(row.name)) << "--" << row.name << " has no row in effects()";
    known.erase(row.name);
  }
  for (const std::string_view gone : known) ADD_FAILURE() << "there is no --" << gone;
}

}  // namespace
}  // namespace spillway::cli
