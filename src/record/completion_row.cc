// SPDX-License-Identifier: Apache-2.0
#include "record/completion_row.h"

#include <fmt/core.h>

#include <cstdlib>

#include "text/code_points.h"
#include "text/json_writer.h"

namespace spillway::record {
namespace {

// To so many decimals as printf() rounds them.
double rounded(double value) { return std::strtod(fmt::format("{:.3f}", value).c_str(), nullptr); }

// Milliseconds to three decimals, without the zeros at their end: 0.5, 12, 12.345. Streams have one
// for each token, and a double would have to be printed twice.
std::string offset_text(Duration offset) {
  const auto us = (offset + std::chrono::nanoseconds(500)) / std::chrono::microseconds(1);
  std::string text = fmt::format("{}.{:03}", us / 1000, us % 1000);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

double between_ms(Time from, Time to) { return to_milliseconds(to - from); }

class Line {
 public:
  Line() { json_.begin_object(); }

  template <typename Value>
  void put(const char* name, const Value& value) {
    json_.key(name).value(value);
  }
  void put_ms(const char* name, std::optional<double> ms) {
    json_.key(name);
    if (ms) {
      json_.value(rounded(*ms));
    } else {
      json_.null();
    }
  }
  void put_count(const char* name, std::optional<std::uint64_t> count) {
    json_.key(name);
    if (count) {
      json_.value(*count);
    } else {
      json_.null();
    }
  }
  // Empty text is null.
  void put_text(const char* name, const std::string& text) {
    json_.key(name);
    if (text.empty()) {
      json_.null();
    } else {
      json_.value(text);
    }
  }
  void put_raw(const char* name, const std::string& json) { json_.key(name).raw(json); }
  text::JsonWriter& json() { return json_; }

  std::string end() {
    json_.end_object();
    return json_.text();
  }

 private:
  text::JsonWriter json_;
};

void put_answer(Line& line, const CompletionRow& row, const CompletionTimes& times) {
  line.put_count("cached_tokens", row.cached_tokens);
  line.put_count("completion_tokens", row.completion_tokens);
  line.put_ms("connect_ms",
              row.connected ? std::optional(between_ms(row.sent, *row.connected)) : std::nullopt);
  const std::string end =
      utc_text(row.start + std::chrono::duration_cast<UtcTime::duration>(row.done - row.sent));
  line.put("end_ts", end);
  line.put_text("error", row.error);
  line.put("error_class", name_of(row.fault));
  line.put_text("finish_reason", row.finish_reason);
  line.put_raw("generation_params", row.call->params);
  line.put("generation_params_sha256", row.call->params_sha256);
  line.put("http_status", row.status);
  line.put_ms("latency_from_due_ms", between_ms(row.due, row.done));
  line.put_ms("latency_ms", times.latency_ms);
  line.put("max_tokens_effective", row.call->max_tokens);
  line.put("output_len_chars", text::code_points(row.text));
  line.put("output_tokens_est", row.output_tokens_est);
  line.put("phase", row.call->phase);
}

void put_prompt(Line& line, const CompletionRow& row) {
  const PromptFacts& prompt = *row.prompt;
  if (!prompt.prefix_hash.empty()) line.put("prefix_hash", prompt.prefix_hash);
  line.put("prompt_id", prompt.id);
  if (!prompt.metadata.empty()) line.put_raw("prompt_metadata", prompt.metadata);
  line.put("prompt_set", prompt.set);
  line.put("prompt_sha256", prompt.sha256);
  line.put("prompt_target_tokens", prompt.target_tokens);
  line.put_count("prompt_tokens", row.prompt_tokens);
  line.put("prompt_tokens_est", prompt.tokens_est);
}

void put_request(Line& line, const CompletionRow& row) {
  const std::string end =
      utc_text(row.start + std::chrono::duration_cast<UtcTime::duration>(row.done - row.sent));
  line.put("request_end_ts", end);
  line.put_text("request_id", row.request_id);
  line.put("request_identity_sha256", row.identity_sha256);
  line.put("request_index", row.index);
  line.put("request_payload_sha256", row.payload_sha256);
  line.put("request_start_ts", utc_text(row.start));
  line.json().key("response_header_hints").begin_object();
  for (const auto& [name, value] : row.header_hints) line.put(name.c_str(), value);
  line.json().end_object();
  line.put_text("response_id", row.response_id);
  line.put_text("response_path", row.response_path);
  line.put_ms("send_delay_ms", between_ms(row.due, row.sent));
}

void put_stream(Line& line, const CompletionRow& row) {
  line.put("stream", row.call->stream);
  const bool failed_itself = row.status < 400 && row.fault != CompletionFault::none;
  line.put_text("stream_error", row.stream_error.empty() && row.call->stream && failed_itself
                                    ? row.error
                                    : row.stream_error);
  line.put_text("stream_first_event_type", first_event_type_of(row));
  line.json().key("token_offsets_ms").begin_array();
  for (const Time at : row.contents) line.json().raw(offset_text(at - row.sent));
  line.json().end_array();
}

}  // namespace

CompletionTimes times_of(const CompletionRow& row) {
  const auto offset = [&](const std::optional<Time>& at) {
    return at ? std::optional(between_ms(row.sent, *at)) : std::nullopt;
  };
  CompletionTimes times{.latency_ms = between_ms(row.sent, row.done),
                        .ttft_ms = std::nullopt,
                        .ttfc_ms = std::nullopt,
                        .ttfb_ms = std::nullopt,
                        .ttft_content_ms = std::nullopt};
  if (row.call->record_ttfb) times.ttfb_ms = offset(row.head);
  if (row.call->stream) {
    times.ttfc_ms = offset(row.first_event ? row.first_event : row.first_body);
    if (!times.ttfc_ms) times.ttfc_ms = times.ttfb_ms.value_or(times.latency_ms);
    times.ttft_ms = times.ttfc_ms;
    if (!row.contents.empty()) times.ttft_content_ms = between_ms(row.sent, row.contents.front());
  } else {
    times.ttft_ms = offset(row.first_body ? row.first_body : row.head).value_or(times.latency_ms);
  }
  return times;
}

std::string first_event_type_of(const CompletionRow& row) {
  if (!row.call->stream) return {};
  if (row.first_event) return row.first_event_type;
  if (row.first_body) return "chunk";
  return row.call->record_ttfb && row.head ? "headers" : "response_end";
}

std::string to_json_line(const CompletionRow& row) {
  const CompletionTimes times = times_of(row);
  Line line;
  put_answer(line, row, times);
  put_prompt(line, row);
  put_request(line, row);
  if (!row.prompt->session_id.empty()) line.put("session_id", row.prompt->session_id);
  if (row.prompt->session_turn_index) {
    line.put("session_turn_index", *row.prompt->session_turn_index);
  }
  line.put("start_ts", utc_text(row.start));
  line.put("status_code", row.status);
  put_stream(line, row);
  line.put_ms("ttfb_ms", times.ttfb_ms);
  line.put_ms("ttfc_ms", times.ttfc_ms);
  line.put_ms("ttft_content_ms", times.ttft_content_ms);
  line.put_ms("ttft_ms", times.ttft_ms);
  line.put("worker_idx", row.worker);
  return line.end();
}

}  // namespace spillway::record
