// Recorded cases of the DGX Spark harness: their input as our functions take it, what these give as
// JSON. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "analysis/phase_sums.h"
#include "analysis/ttfc_sanity.h"
#include "report/phase_json.h"
#include "text/json_writer.h"
#include "text/loose_json.h"

namespace spillway::report {

// {"rows": [...], "duration_s": 2.0}
inline std::string phase_summary_of(const text::JsonValue& in) {
  analysis::PhaseSums sums;
  for (const text::JsonValue& row : in.at("rows").elements()) {
    const auto number = [&](const char* key) { return text::loose_number(row.find(key)); };
    const auto count = [&](const char* key) {
      return static_cast<std::uint64_t>(text::loose_int(row.find(key)).value_or(0));
    };
    const std::int64_t status = text::loose_int(row.find("status_code")).value_or(0);
    sums.add(analysis::PhaseRow{
        .latency_ms = number("latency_ms"),
        .ttft_ms = number("ttft_ms"),
        .ttfc_ms = number("ttfc_ms"),
        .ttfb_ms = number("ttfb_ms"),
        .prompt_tokens_est = count("prompt_tokens_est"),
        .output_tokens_est = count("output_tokens_est"),
        .ok = text::loose_text(row.find("error")).empty() && status >= 200 && status < 400});
  }
  text::JsonWriter json(text::JsonLayout::pretty);
  json.begin_object();
  write_phase_figures(json, sums.figures(in.at("duration_s").as_double()));
  json.end_object();
  return json.text() + "\n";
}

inline analysis::SanityCase sanity_case_of(const text::JsonValue* value) {
  const auto p95 = [&](const char* figure) {
    const text::JsonValue* const summary = text::member(value, "summary");
    return text::loose_number(text::member(text::member(summary, figure), "p95"));
  };
  return {.errors = static_cast<std::uint64_t>(
              text::loose_int(text::member(value, "error_count")).value_or(0)),
          .ttfc_p95_ms = p95("ttfc_ms"),
          .ttft_p95_ms = p95("ttft_ms"),
          .latency_p95_ms = p95("latency_ms")};
}

// {"short_stream_case": {...}, ..., "ttfc_ratio_threshold": 1.35, "ttft_ratio_threshold": 1.2}
inline std::string sanity_verdict_of(const text::JsonValue& in) {
  const analysis::SanityInput input{
      .short_stream = sanity_case_of(in.find("short_stream_case")),
      .long_stream = sanity_case_of(in.find("long_stream_case")),
      .short_whole = sanity_case_of(in.find("short_legacy_case")),
      .long_whole = sanity_case_of(in.find("long_legacy_case")),
      .ttfc_ratio_max = text::loose_number(in.find("ttfc_ratio_threshold")).value_or(1.35),
      .ttft_ratio_min = text::loose_number(in.find("ttft_ratio_threshold")).value_or(1.2)};
  text::JsonWriter json(text::JsonLayout::pretty);
  write_sanity_verdict(json, input, analysis::judge_ttfc(input));
  return json.text() + "\n";
}

}  // namespace spillway::report
