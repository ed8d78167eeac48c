// SPDX-License-Identifier: Apache-2.0
#include "record/peer_result.h"

#include <fmt/core.h>

#include <algorithm>

#include "stats/order_statistics.h"

namespace spillway::record {
namespace {

using text::JsonValue;
using Optional = std::optional<double>;

double amount(const JsonValue& json) {
  const double number = json.as_double();
  if (number < 0) json.fail("a number that is not negative");
  return number;
}

// A figure that a tool leaves out or writes as null is not in the file.
Optional amount_of(const JsonValue& object, std::string_view key) {
  const JsonValue* const found = object.find(key);
  if (found == nullptr || found->is_null()) return std::nullopt;
  return amount(*found);
}

// These tools write 0 for the latency of what was not measured (no streaming).
Optional latency_of(const JsonValue& object, std::string_view key) {
  const Optional found = amount_of(object, key);
  return found == 0.0 ? std::nullopt : found;
}

bool has_number(const JsonValue& json, std::string_view key) {
  const JsonValue* const found = json.find(key);
  return found != nullptr && found->is_number();
}

bool has_object(const JsonValue& json, std::string_view key) {
  const JsonValue* const found = json.find(key);
  return found != nullptr && found->is_object();
}

// Fills what the summary left out from a list of seconds, one a request.
void add_list(const JsonValue& json, std::string_view key, const ServingLatency& latency,
              ServingResult& result) {
  const JsonValue* const list = json.find(key);
  if (list == nullptr || !list->is_array() || list->elements().empty()) return;
  std::vector<double> ms;
  double sum = 0;
  for (const JsonValue& seconds : list->elements()) {
    ms.push_back(amount(seconds) * 1e3);
    sum += ms.back();
  }
  if (sum == 0) return;
  std::ranges::sort(ms);
  const auto fill = [&result](ServingFigure figure, double value) {
    if (!result.of(figure)) result.of(figure) = value;
  };
  fill(latency.mean, sum / static_cast<double>(ms.size()));
  for (const ServingPercentile& one : kServingPercentiles) {
    fill(latency.percentiles.at(one.place), stats::interpolated_quantile(ms, one.quantile));
  }
}

void add_vllm_latency(const JsonValue& json, std::string_view name, const ServingLatency& latency,
                      ServingResult& result) {
  result.of(latency.mean) = latency_of(json, fmt::format("mean_{}_ms", name));
  for (const ServingPercentile& one : kServingPercentiles) {
    result.of(latency.percentiles.at(one.place)) =
        latency_of(json, fmt::format("{}_{}_ms", one.name, name));
  }
  if (Optional& median = result.of(latency.percentiles.front()); !median) {
    median = latency_of(json, fmt::format("median_{}_ms", name));
  }
}

ServingResult read_vllm_serve(const JsonValue& json) {
  ServingResult result{.format = ResultFormat::vllm_serve, .source = {}, .remarks = {}};
  if (const JsonValue& completed = json.at("completed"); completed.as_uint() == 0) {
    completed.fail("a run in which a request completed");
  }
  result.of(ServingFigure::requests_per_s) = amount(json.at("request_throughput"));
  result.of(ServingFigure::output_tokens_per_s) = amount_of(json, "output_throughput");
  result.of(ServingFigure::total_tokens_per_s) = amount_of(json, "total_token_throughput");
  add_vllm_latency(json, "ttft", kTtftFigures, result);
  add_vllm_latency(json, "e2el", kEndToEndFigures, result);
  const JsonValue* const failed = json.find("failed");
  const std::uint64_t failures = failed == nullptr ? 0 : failed->as_uint();
  if (failures > 0) {
    result.remarks.push_back(fmt::format("{} requests failed and are in no latency", failures));
    return result;  // the lists have zeros in the places of these
  }
  add_list(json, "ttfts", kTtftFigures, result);
  add_list(json, "latencies", kEndToEndFigures, result);
  return result;
}

ServingResult read_vllm_throughput(const JsonValue& json) {
  ServingResult result{.format = ResultFormat::vllm_throughput, .source = {}, .remarks = {}};
  if (const JsonValue& requests = json.at("num_requests"); requests.as_uint() == 0) {
    requests.fail("a run in which a request completed");
  }
  result.of(ServingFigure::requests_per_s) = amount(json.at("requests_per_second"));
  result.of(ServingFigure::total_tokens_per_s) = amount(json.at("tokens_per_second"));
  result.remarks.emplace_back(
      "the requests were handed to the engine all at once, without a server or arrivals");
  return result;
}

// The unit that stands beside a value decides; a metric without one is of early exports, in the
// unit that `units` names first.
struct Unit {
  std::string_view name;
  double factor;
};

double factor_of(const JsonValue& metric, const std::vector<Unit>& units) {
  const JsonValue* const unit = metric.find("unit");
  if (unit == nullptr) return units.front().factor;
  const auto known = std::ranges::find(units, unit->as_string(), &Unit::name);
  if (known != units.end()) return known->factor;
  std::string names;
  for (const Unit& one : units) names += fmt::format("{}{}", names.empty() ? "" : ", ", one.name);
  unit->fail("one of " + names);
}

// NOLINTBEGIN(modernize-use-designated-initializers): pairs.
const std::vector<Unit>& time_units() {
  static const std::vector<Unit> units = {
      {"ms", 1}, {"sec", 1e3}, {"s", 1e3}, {"us", 1e-3}, {"ns", 1e-6}};
  return units;
}

const std::vector<Unit>& token_rates() {
  static const std::vector<Unit> units = {{"tokens/sec", 1}, {"tokens/s", 1}};
  return units;
}

const std::vector<Unit>& request_rates() {
  static const std::vector<Unit> units = {{"requests/sec", 1}, {"requests/s", 1}};
  return units;
}

const std::vector<Unit>& shares() {
  static const std::vector<Unit> units = {{"%", 0.01}};
  return units;
}
// NOLINTEND(modernize-use-designated-initializers)

Optional aiperf_figure(const JsonValue& json, std::string_view metric, std::string_view field,
                       const std::vector<Unit>& units) {
  const JsonValue* const found = json.find(metric);
  if (found == nullptr || found->is_null()) return std::nullopt;
  const Optional value = amount_of(*found, field);
  return value ? Optional(*value * factor_of(*found, units)) : std::nullopt;
}

void add_aiperf_latency(const JsonValue& json, std::string_view metric,
                        const ServingLatency& latency, ServingResult& result) {
  result.of(latency.mean) = aiperf_figure(json, metric, "avg", time_units());
  for (const ServingPercentile& one : kServingPercentiles) {
    result.of(latency.percentiles.at(one.place)) =
        aiperf_figure(json, metric, one.name, time_units());
  }
}

ServingResult read_aiperf(const JsonValue& json) {
  ServingResult result{.format = ResultFormat::aiperf, .source = {}, .remarks = {}};
  result.of(ServingFigure::requests_per_s) =
      aiperf_figure(json, "request_throughput", "avg", request_rates());
  result.of(ServingFigure::output_tokens_per_s) =
      aiperf_figure(json, "output_token_throughput", "avg", token_rates());
  result.of(ServingFigure::total_tokens_per_s) =
      aiperf_figure(json, "total_token_throughput", "avg", token_rates());
  result.of(ServingFigure::token_hit_ratio) =
      aiperf_figure(json, "overall_usage_prompt_cache_read_pct", "avg", shares());
  add_aiperf_latency(json, "time_to_first_token", kTtftFigures, result);
  add_aiperf_latency(json, "request_latency", kEndToEndFigures, result);
  if (const JsonValue* const cancelled = json.find("was_cancelled");
      cancelled != nullptr && cancelled->as_bool()) {
    result.remarks.emplace_back("the run was cancelled before its end");
  }
  return result;
}

ServingResult read_mlperf(const JsonValue& json) {
  ServingResult result{.format = ResultFormat::mlperf, .source = {}, .remarks = {}};
  if (const JsonValue& completed = json.at("requests_completed"); completed.as_uint() == 0) {
    completed.fail("a run in which a request completed");
  }
  const JsonValue& summary = json.at("summary");
  result.of(ServingFigure::requests_per_s) = amount(summary.at("requests_per_second"));
  result.of(ServingFigure::output_tokens_per_s) =
      amount(summary.at("avg_throughput_tokens_per_sec"));
  const JsonValue& latency = summary.at("end_to_end_latency_ms");
  result.of(kEndToEndFigures.mean) = amount_of(latency, "mean");
  for (const ServingPercentile& one : kServingPercentiles) {
    result.of(kEndToEndFigures.percentiles.at(one.place)) = amount_of(latency, one.name);
  }
  // The benchmark's own rate counts a request's reads of its entry; ours stands beside it.
  const JsonValue& cache = summary.at("cache_stats");
  result.of(ServingFigure::hit_ratio) = amount_of(cache, "cache_hit_rate_reuse");
  result.of(ServingFigure::hit_ratio_with_own_reads) =
      amount_of(cache, cache.find("cache_hit_rate_reuse") == nullptr
                           ? "cache_hit_rate"
                           : "cache_hit_rate_including_decode_reads");
  return result;
}

[[noreturn]] void refuse(const JsonValue& json) {
  json.fail(
      "a result of a known format: \"schema\" with \"window\" (a record of spillway), "
      "\"request_throughput\" or \"request_latency\" as objects (profile_export_aiperf.json), "
      "\"request_throughput\" with \"duration\" (vllm bench serve), \"tokens_per_second\" with "
      "\"elapsed_time\" (vllm bench throughput), or \"requests_completed\" with \"summary\" (the "
      "MLPerf KV-cache benchmark)");
}

}  // namespace

ServingResult read_peer_result(const JsonValue& json) {
  if (!json.is_object()) refuse(json);
  if (has_object(json, "request_throughput") || has_object(json, "request_latency")) {
    return read_aiperf(json);
  }
  if (has_number(json, "request_throughput") && has_number(json, "duration")) {
    return read_vllm_serve(json);
  }
  if (has_number(json, "tokens_per_second") && has_number(json, "elapsed_time")) {
    return read_vllm_throughput(json);
  }
  if (has_number(json, "requests_completed") && has_object(json, "summary")) {
    return read_mlperf(json);
  }
  refuse(json);
}

}  // namespace spillway::record
