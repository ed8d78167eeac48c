// ServingResult: what benchmarks of LLM serving have in common, whichever tool measured it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/run.h"

namespace spillway::record {

// What is read: our own record.json; results of `vllm bench serve --save-result` and `vllm bench
// throughput --output-json`; AIPerf's profile_export_aiperf.json; the MLPerf KV-cache benchmark's
// result file, which `spillway bench --output` writes, too.
enum class ResultFormat : std::uint8_t { record, vllm_serve, vllm_throughput, aiperf, mlperf };
inline constexpr std::array<std::string_view, 5> kResultFormatNames = {
    "spillway record", "vllm bench serve", "vllm bench throughput", "aiperf",
    "mlperf kv-cache benchmark"};
constexpr std::string_view name_of(ResultFormat format) {
  return kResultFormatNames.at(static_cast<std::size_t>(format));
}

// Figures that mean the same in at least two of the formats; docs/metrics.md tells how each tool
// calls them. Rates are per second of the whole run, latencies of completed requests.
enum class ServingFigure : std::uint8_t {
  requests_per_s,
  output_tokens_per_s,
  total_tokens_per_s,        // prompt and answer
  token_hit_ratio,           // prompt tokens whose KV was there / prompt tokens
  hit_ratio,                 // blocks or entries found / asked for again
  hit_ratio_with_own_reads,  // the same, a request's reads of its own entry included
  ttft_mean_ms,
  ttft_p50_ms,
  ttft_p95_ms,
  ttft_p99_ms,
  end_to_end_mean_ms,
  end_to_end_p50_ms,
  end_to_end_p95_ms,
  end_to_end_p99_ms,
};
inline constexpr std::array<std::string_view, 14> kServingFigureNames = {
    "requests_per_s",    "output_tokens_per_s", "total_tokens_per_s",
    "token_hit_ratio",   "hit_ratio",           "hit_ratio_with_own_reads",
    "ttft_mean_ms",      "ttft_p50_ms",         "ttft_p95_ms",
    "ttft_p99_ms",       "end_to_end_mean_ms",  "end_to_end_p50_ms",
    "end_to_end_p95_ms", "end_to_end_p99_ms"};
inline constexpr std::size_t kServingFigures = kServingFigureNames.size();
constexpr std::string_view name_of(ServingFigure figure) {
  return kServingFigureNames.at(static_cast<std::size_t>(figure));
}

// The figures of one latency.
struct ServingLatency {
  ServingFigure mean;
  std::array<ServingFigure, 3> percentiles;  // in the order of kServingPercentiles
};
inline constexpr ServingLatency kTtftFigures = {
    .mean = ServingFigure::ttft_mean_ms,
    .percentiles = {ServingFigure::ttft_p50_ms, ServingFigure::ttft_p95_ms,
                    ServingFigure::ttft_p99_ms}};
inline constexpr ServingLatency kEndToEndFigures = {
    .mean = ServingFigure::end_to_end_mean_ms,
    .percentiles = {ServingFigure::end_to_end_p50_ms, ServingFigure::end_to_end_p95_ms,
                    ServingFigure::end_to_end_p99_ms}};

struct ServingPercentile {
  std::size_t place;  // among the percentiles of a ServingLatency
  double quantile;
  std::string_view name;
};
inline constexpr std::array<ServingPercentile, 3> kServingPercentiles = {
    {{.place = 0, .quantile = 0.50, .name = "p50"},
     {.place = 1, .quantile = 0.95, .name = "p95"},
     {.place = 2, .quantile = 0.99, .name = "p99"}}};

struct ServingResult {
  ResultFormat format = ResultFormat::record;
  std::string source;                                            // the file it was read from
  std::array<std::optional<double>, kServingFigures> figures{};  // absent: not in the file
  std::vector<std::string> remarks;  // what a reader of the figures should know, a sentence each

  std::optional<double>& of(ServingFigure figure) {
    return figures.at(static_cast<std::size_t>(figure));
  }
  const std::optional<double>& of(ServingFigure figure) const {
    return figures.at(static_cast<std::size_t>(figure));
  }
};

// A percentile for which the run has too few requests (stats::enough_for) is absent, with a remark.
ServingResult serving_result(const Run& run, const std::string& source);

// The format is told by the keys, see peer_result.h. Throws Error that begins with the file: for
// what is not JSON, for a result of no known format (it says what was looked for), for a key of
// another type, for a result in which nothing completed.
ServingResult parse_serving_result(std::string_view text, const std::string& file);
// The same for a file on disk, or a run directory that holds a record.json.
ServingResult load_serving_result(const std::string& path);

}  // namespace spillway::record
