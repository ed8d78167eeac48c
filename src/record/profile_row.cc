// SPDX-License-Identifier: Apache-2.0
#include "record/profile_row.h"

#include <fmt/core.h>

#include <chrono>

#include "record/json_fields.h"
#include "text/json_writer.h"

namespace spillway::record {
namespace {

using text::JsonWriter;

constexpr double kMsPerSecond = 1e3;

double ms_between(Time from, Time to) { return to_milliseconds(to - from); }

std::optional<double> as_number(const std::optional<std::uint64_t>& count) {
  return count ? std::optional(static_cast<double>(*count)) : std::nullopt;
}

std::optional<double> rate(double count, const std::optional<double>& ms) {
  return ms && *ms > 0 ? std::optional(count / *ms * kMsPerSecond) : std::nullopt;
}

// When the answer was all there; nothing of a stream that never had text.
std::optional<Time> last_content(const CompletionRow& row) {
  if (!row.call->stream) return row.done;
  return row.contents.empty() ? std::nullopt : std::optional(row.contents.back());
}

void add_times(const CompletionRow& row, ProfileValues& values) {
  using enum ProfileMetric;
  const std::optional<Time> last = last_content(row);
  if (!last) return;
  values.of(request_latency) = ms_between(row.sent, *last);
  values.of(effective_latency) = ms_between(row.due, *last);
  if (row.contents.empty()) return;
  values.of(time_to_first_token) = ms_between(row.sent, row.contents.front());
  values.of(decode_duration) = ms_between(row.contents.front(), *last);
  if (row.contents.size() > 1) {
    values.of(time_to_second_token) = ms_between(row.contents[0], row.contents[1]);
  }
}

void add_rates(const CompletionRow& row, ProfileValues& values) {
  using enum ProfileMetric;
  const auto output = static_cast<double>(output_tokens_of(row));
  values.of(e2e_output_token_throughput) = rate(output, values.of(request_latency));
  values.of(prefill_throughput_per_user) =
      rate(static_cast<double>(input_tokens_of(row)), values.of(time_to_first_token));
  if (!values.of(decode_duration) || output < 2) return;
  values.of(inter_token_latency) = *values.of(decode_duration) / (output - 1);
  values.of(output_token_throughput_per_user) = rate(1, values.of(inter_token_latency));
}

void write_metadata(JsonWriter& json, const CompletionRow& row) {
  const auto start =
      std::chrono::duration_cast<std::chrono::nanoseconds>(row.start.time_since_epoch());
  const auto at = [&](Time time) { return (start + (time - row.sent)).count(); };
  const bool cancelled = row.fault == CompletionFault::stopped;
  const PromptFacts& prompt = *row.prompt;
  const std::string& conversation = prompt.session_id.empty() ? prompt.id : prompt.session_id;
  field(json, "session_num", row.index - 1);
  text_or_null(json, "x_request_id", row.request_id);
  field(json, "x_correlation_id", conversation);
  field(json, "conversation_id", conversation);
  field(json, "turn_index", prompt.session_turn_index.value_or(0));
  field(json, "request_start_ns", start.count());
  field(json, "request_ack_ns",
        row.call->stream && row.head ? std::optional(at(*row.head)) : std::nullopt);
  field(json, "request_end_ns", at(row.done));
  field(json, "worker_id", fmt::format("worker_{}", row.worker));
  field(json, "record_processor_id", "spillway");
  field(json, "benchmark_phase", row.call->measured ? "profiling" : "warmup");
  field(json, "was_cancelled", cancelled);
  field(json, "cancellation_time_ns", cancelled ? std::optional(at(row.done)) : std::nullopt);
  field(json, "phase", row.call->phase);
}

void write_metrics(JsonWriter& json, const CompletionRow& row) {
  const ProfileValues values = profile_values(row);
  for (std::size_t i = 0; i < kProfileMetrics.size(); ++i) {
    const ProfileMetricFacts& facts = kProfileMetrics.at(i);
    const bool is_list = i == static_cast<std::size_t>(ProfileMetric::inter_chunk_latency);
    if (is_list ? row.contents.size() < 2 : !values.values.at(i)) continue;
    object(json, facts.tag, [&] {
      if (is_list) {
        list(json, "value", chunk_gaps_ms(row), [&](double gap) { json.value(gap); });
      } else {
        field(json, "value", values.values.at(i));
      }
      field(json, "unit", facts.unit);
    });
  }
}

}  // namespace

std::uint64_t input_tokens_of(const CompletionRow& row) {
  return row.prompt_tokens.value_or(row.prompt->tokens_est);
}

std::uint64_t output_tokens_of(const CompletionRow& row) {
  return row.completion_tokens.value_or(row.output_tokens_est);
}

ProfileValues profile_values(const CompletionRow& row) {
  using enum ProfileMetric;
  ProfileValues values;
  values.of(input_sequence_length) = static_cast<double>(input_tokens_of(row));
  values.of(output_sequence_length) = static_cast<double>(output_tokens_of(row));
  values.of(output_token_count) = static_cast<double>(row.output_tokens_est);
  values.of(usage_prompt_tokens) = as_number(row.prompt_tokens);
  values.of(usage_completion_tokens) = as_number(row.completion_tokens);
  values.of(usage_prompt_cache_read_tokens) = as_number(row.cached_tokens);
  add_times(row, values);
  add_rates(row, values);
  return values;
}

std::vector<double> chunk_gaps_ms(const CompletionRow& row) {
  std::vector<double> gaps;
  for (std::size_t i = 1; i < row.contents.size(); ++i) {
    gaps.push_back(ms_between(row.contents[i - 1], row.contents[i]));
  }
  return gaps;
}

std::string to_profile_line(const CompletionRow& row) {
  JsonWriter json;
  json.begin_object();
  object(json, "metadata", [&] { write_metadata(json, row); });
  if (row.ok()) {
    object(json, "metrics", [&] { write_metrics(json, row); });
    json.key("error").null();
  } else {
    object(json, "metrics", [&] {
      object(json, "error_isl", [&] {
        field(json, "value", row.prompt->tokens_est);
        field(json, "unit", "tokens");
      });
    });
    object(json, "error", [&] {
      field(json, "code", row.status == 0 ? std::nullopt : std::optional(row.status));
      field(json, "type", name_of(row.fault));
      field(json, "message", row.error);
    });
  }
  json.end_object();
  return json.text();
}

}  // namespace spillway::record
