// SPDX-License-Identifier: Apache-2.0
#include "record/serving_result.h"

#include <fmt/core.h>

#include <filesystem>

#include "record/peer_result.h"
#include "record/run_json.h"
#include "stats/order_statistics.h"
#include "text/json_reader.h"

namespace spillway::record {
namespace {

using text::JsonValue;
using Optional = std::optional<double>;

// Lists of single requests make such files long.
constexpr text::JsonLimits kLimits = {.size = 256_MiB};

void add_latency(const stats::Histogram& nanoseconds, std::string_view name,
                 const ServingLatency& latency, ServingResult& result) {
  if (nanoseconds.empty()) return;
  result.of(latency.mean) = mean_ms(nanoseconds);
  for (const ServingPercentile& one : kServingPercentiles) {
    if (stats::enough_for(one.quantile, nanoseconds.count())) {
      result.of(latency.percentiles.at(one.place)) =
          static_cast<double>(nanoseconds.quantile(one.quantile)) / 1e6;
    } else {
      result.remarks.push_back(fmt::format("{} requests are too few for a {} of the {}",
                                           nanoseconds.count(), one.name, name));
    }
  }
}

Optional hit_ratio_with_own_reads(const Observations& seen) {
  const EntryFigures& entries = seen.entries;
  const std::uint64_t own = entries.decode_reads + entries.decode_misses;
  if (own == 0) return std::nullopt;
  return share(seen.reuse.hits() + entries.decode_reads, seen.reuse.blocks_asked + own);
}

// Other tools' clocks start when a request is sent.
void remark_on_lateness(const StageLatencies& completed, ServingResult& result) {
  const Optional late = mean_ms(completed.lateness);
  const Optional ttft = mean_ms(completed.ttft);
  if (!late || !ttft || *late <= 0.01 * *ttft) return;
  result.remarks.push_back(fmt::format(
      "latencies count from when a request was due, {:.3g} ms before it was sent on average; vLLM "
      "and AIPerf count from sending",
      *late));
}

void remark_on_trust(const Run& run, ServingResult& result) {
  if (run.window.clock == ClockKind::virtual_) {
    result.remarks.emplace_back("virtual time: every figure is modelled, none is measured");
  }
  for (const Reason& reason : run.reasons) {
    result.remarks.push_back(fmt::format("not of decision grade: {}", reason.text));
  }
}

bool is_record(const JsonValue& json) {
  return json.is_object() && json.find("schema") != nullptr && json.find("window") != nullptr;
}

ServingResult read_result(const JsonValue& json, const std::string& file) {
  ServingResult result = read_peer_result(json);
  result.source = file;
  return result;
}

}  // namespace

ServingResult serving_result(const Run& run, const std::string& source) {
  const Observations& seen = run.observed;
  const Requests& requests = seen.requests;
  ServingResult result{.format = ResultFormat::record, .source = source, .remarks = {}};
  result.of(ServingFigure::requests_per_s) = per_second(requests.completed, run.window);
  result.of(ServingFigure::output_tokens_per_s) = per_second(requests.output_tokens, run.window);
  result.of(ServingFigure::total_tokens_per_s) =
      per_second(requests.input_tokens + requests.output_tokens, run.window);
  result.of(ServingFigure::token_hit_ratio) = token_hit_ratio(seen.reuse);
  result.of(ServingFigure::hit_ratio) = hit_ratio(seen.reuse);
  result.of(ServingFigure::hit_ratio_with_own_reads) = hit_ratio_with_own_reads(seen);
  add_latency(seen.completed.ttft, "time to first token", kTtftFigures, result);
  add_latency(seen.completed.end_to_end, "time to last token", kEndToEndFigures, result);
  remark_on_lateness(seen.completed, result);
  remark_on_trust(run, result);
  return result;
}

ServingResult parse_serving_result(std::string_view text, const std::string& file) {
  const JsonValue json = text::parse_json(text, file, kLimits);
  if (is_record(json)) return serving_result(from_json(text, file), file);
  return read_result(json, file);
}

ServingResult load_serving_result(const std::string& path) {
  if (std::filesystem::is_directory(path)) return serving_result(load_run(path), path);
  const JsonValue json = text::read_json(path, kLimits);
  if (is_record(json)) return serving_result(load_run(path), path);
  return read_result(json, path);
}

}  // namespace spillway::record
