// SPDX-License-Identifier: Apache-2.0
#include "report/phase_json.h"

#include <optional>
#include <utility>

namespace spillway::report {
namespace {

void put_spread(text::JsonWriter& json, const char* name,
                const std::optional<analysis::Spread>& spread) {
  json.key(name).begin_object();
  if (spread) {
    json.key("min").value(spread->min).key("p50").value(spread->p50);
    json.key("p90").value(spread->p90).key("p95").value(spread->p95);
    json.key("p99").value(spread->p99).key("max").value(spread->max);
    json.key("mean").value(spread->mean);
  }
  json.end_object();
}

// An object with a list of both bounds for each quantile, null where there are none.
void put_bounds(text::JsonWriter& json, const char* name, const analysis::QuantileBounds& bounds) {
  json.key(name).begin_object();
  for (const auto& [quantile, pair] :
       {std::pair("p50", bounds.p50), {"p95", bounds.p95}, {"p99", bounds.p99}}) {
    json.key(quantile);
    if (pair) {
      json.begin_array().value(pair->low).value(pair->high).end_array();
    } else {
      json.null();
    }
  }
  json.end_object();
}

void put_number(text::JsonWriter& json, const char* name, const std::optional<double>& number) {
  json.key(name);
  if (number) {
    json.value(*number);
  } else {
    json.null();
  }
}

}  // namespace

void write_phase_figures(text::JsonWriter& json, const analysis::PhaseFigures& figures) {
  json.key("duration_s").value(figures.duration_s);
  json.key("total_requests").value(figures.total_requests);
  json.key("ok_requests").value(figures.ok_requests);
  json.key("error_requests").value(figures.error_requests);
  json.key("error_rate").value(figures.error_rate);
  json.key("req_per_s").value(figures.req_per_s);
  json.key("input_tokens_per_s_est").value(figures.input_tokens_per_s_est);
  json.key("output_tokens_per_s_est").value(figures.output_tokens_per_s_est);
  put_spread(json, "latency_ms", figures.latency_ms);
  put_spread(json, "ttft_ms", figures.ttft_ms);
  put_spread(json, "ttfc_ms", figures.ttfc_ms);
  put_spread(json, "ttfb_ms", figures.ttfb_ms);
}

void write_served_figures(text::JsonWriter& json, const analysis::ServedFigures& figures) {
  json.key("served").begin_object();
  put_spread(json, "latency_ms", figures.latency_ms);
  put_spread(json, "latency_from_due_ms", figures.latency_from_due_ms);
  put_spread(json, "send_delay_ms", figures.send_delay_ms);
  put_spread(json, "ttft_ms", figures.ttft_ms);
  put_spread(json, "itl_ms", figures.itl_ms);
  put_spread(json, "tpot_ms", figures.tpot_ms);
  json.key("interval_95").begin_object();
  put_bounds(json, "latency_ms", figures.latency_bounds);
  put_bounds(json, "latency_from_due_ms", figures.latency_from_due_bounds);
  put_bounds(json, "ttft_ms", figures.ttft_bounds);
  put_bounds(json, "tpot_ms", figures.tpot_bounds);
  json.end_object();
  json.key("prompt_tokens").value(figures.prompt_tokens);
  json.key("completion_tokens").value(figures.completion_tokens);
  json.key("cached_tokens").value(figures.cached_tokens);
  json.key("answers_with_usage").value(figures.with_usage);
  json.key("failures").begin_object();
  for (std::size_t i = 1; i < figures.by_fault.size(); ++i) {
    if (figures.by_fault.at(i) == 0) continue;
    json.key(name_of(static_cast<record::CompletionFault>(i))).value(figures.by_fault.at(i));
  }
  json.end_object();
  json.end_object();
}

void write_goodput(text::JsonWriter& json, const analysis::GoodSums& sums, double duration_s) {
  if (sums.objectives().empty()) return;
  json.key("goodput").begin_object();
  json.key("objectives_ms").begin_object();
  for (const analysis::Objective& one : sums.objectives()) json.key(one.name()).value(one.ms);
  json.end_object();
  const auto put = [&](std::string_view name, std::uint64_t good) {
    const auto number = static_cast<double>(good);
    const auto per = [&](double whole) {
      return whole > 0 ? std::optional(number / whole) : std::nullopt;
    };
    json.key(name).begin_object();
    json.key("requests").value(good);
    put_number(json, "fraction", per(static_cast<double>(sums.total())));
    put_number(json, "requests_per_s", per(duration_s));
    json.end_object();
  };
  put("from_sent", sums.good());
  put("from_due", sums.good_from_due());
  json.end_object();
}

void write_sanity_verdict(text::JsonWriter& json, const analysis::SanityInput& input,
                          const analysis::SanityVerdict& verdict) {
  json.begin_object();
  json.key("passed").value(verdict.passed);
  json.key("reasons").values(verdict.reasons);
  json.key("thresholds").begin_object();
  json.key("ttfc_ratio_max").value(input.ttfc_ratio_max);
  json.key("legacy_ttft_ratio_min").value(input.ttft_ratio_min);
  json.end_object();
  json.key("checks").begin_object();
  json.key("stream_ttfc_present").value(verdict.ttfc_present);
  json.key("ttfc_stable_across_output_length").value(verdict.ttfc_stable);
  json.key("legacy_ttft_scales_with_output_length").value(verdict.ttft_scales);
  json.end_object();
  json.key("ratios").begin_object();
  put_number(json, "stream_ttfc_p95_long_over_short", verdict.ttfc_ratio);
  put_number(json, "stream_latency_p95_long_over_short", verdict.latency_ratio);
  put_number(json, "legacy_ttft_p95_long_over_short", verdict.ttft_ratio);
  json.end_object();
  json.key("metrics_p95_ms").begin_object();
  put_number(json, "stream_short_ttfc", input.short_stream.ttfc_p95_ms);
  put_number(json, "stream_long_ttfc", input.long_stream.ttfc_p95_ms);
  put_number(json, "stream_short_latency", input.short_stream.latency_p95_ms);
  put_number(json, "stream_long_latency", input.long_stream.latency_p95_ms);
  put_number(json, "legacy_short_ttft", input.short_whole.ttft_p95_ms);
  put_number(json, "legacy_long_ttft", input.long_whole.ttft_p95_ms);
  json.end_object();
  json.end_object();
}

}  // namespace spillway::report
