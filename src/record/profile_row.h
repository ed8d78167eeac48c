// A request as a line of profile_export.jsonl, and its figures by AIPerf's definitions and names
// (ai-dynamo/aiperf, docs/metrics-reference.md and docs/tutorials/working-with-profile-exports.md).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/completion_row.h"

namespace spillway::record {

// What a request has a value of. inter_chunk_latency has many: see chunk_gaps_ms().
enum class ProfileMetric : std::uint8_t {
  decode_duration,
  e2e_output_token_throughput,
  effective_latency,
  input_sequence_length,
  inter_chunk_latency,
  inter_token_latency,
  output_sequence_length,
  output_token_count,
  output_token_throughput_per_user,
  prefill_throughput_per_user,
  request_latency,
  time_to_first_token,
  time_to_second_token,
  usage_completion_tokens,
  usage_prompt_cache_read_tokens,
  usage_prompt_tokens,
};

struct ProfileMetricFacts {
  std::string_view tag;    // in JSON
  std::string_view title;  // in CSV
  std::string_view unit;
};

inline constexpr std::array<ProfileMetricFacts, 16> kProfileMetrics = {{
    {.tag = "decode_duration", .title = "Decode Duration", .unit = "ms"},
    {.tag = "e2e_output_token_throughput",
     .title = "E2E Output Token Throughput",
     .unit = "tokens/sec"},
    {.tag = "effective_latency", .title = "Effective Latency", .unit = "ms"},
    {.tag = "input_sequence_length", .title = "Input Sequence Length", .unit = "tokens"},
    {.tag = "inter_chunk_latency", .title = "Inter Chunk Latency", .unit = "ms"},
    {.tag = "inter_token_latency", .title = "Inter Token Latency", .unit = "ms"},
    {.tag = "output_sequence_length", .title = "Output Sequence Length", .unit = "tokens"},
    {.tag = "output_token_count", .title = "Output Token Count", .unit = "tokens"},
    {.tag = "output_token_throughput_per_user",
     .title = "Output Token Throughput Per User",
     .unit = "tokens/sec/user"},
    {.tag = "prefill_throughput_per_user",
     .title = "Prefill Throughput Per User",
     .unit = "tokens/sec/user"},
    {.tag = "request_latency", .title = "Request Latency", .unit = "ms"},
    {.tag = "time_to_first_token", .title = "Time to First Token", .unit = "ms"},
    {.tag = "time_to_second_token", .title = "Time to Second Token", .unit = "ms"},
    {.tag = "usage_completion_tokens", .title = "Usage Completion Tokens", .unit = "tokens"},
    {.tag = "usage_prompt_cache_read_tokens",
     .title = "Usage Prompt Cache Read Tokens",
     .unit = "tokens"},
    {.tag = "usage_prompt_tokens", .title = "Usage Prompt Tokens", .unit = "tokens"},
}};

struct ProfileValues {
  std::array<std::optional<double>, kProfileMetrics.size()> values{};

  std::optional<double>& of(ProfileMetric metric) {
    return values.at(static_cast<std::size_t>(metric));
  }
  const std::optional<double>& of(ProfileMetric metric) const {
    return values.at(static_cast<std::size_t>(metric));
  }
};

// Tokens of prompt and answer: the server's counts where it gave them, else our tokenizer's.
std::uint64_t input_tokens_of(const CompletionRow& row);
std::uint64_t output_tokens_of(const CompletionRow& row);

// Of a request that succeeded; what it has no value of is absent. Latencies end with the last text
// of a stream, and with the last byte of a whole answer. `effective_latency` runs from when the
// request was due.
ProfileValues profile_values(const CompletionRow& row);

// Every gap between two arrivals of text.
std::vector<double> chunk_gaps_ms(const CompletionRow& row);

// One line, without its end: {metadata, metrics, error}. A request that failed has `error` and, for
// a metric, no more than the length of its prompt.
std::string to_profile_line(const CompletionRow& row);

}  // namespace spillway::record
