// SPDX-License-Identifier: Apache-2.0
#include "report/mlperf_beside.h"

#include <optional>
#include <string>
#include <string_view>

#include "record/json_fields.h"
#include "report/run_fio_job.h"

namespace spillway::report {
namespace {

using stats::Bucket;
using text::JsonWriter;

// An end that is open is null.
void write_bound(JsonWriter& json, std::int64_t value, std::int64_t open) {
  if (value == open) {
    json.null();
  } else {
    json.value(value);
  }
}

void write_histogram(JsonWriter& json, const record::TracedHistogram& traced) {
  json.key("buckets").begin_array();
  for (const Bucket& bucket : traced.histogram.buckets) {
    json.begin_object();
    json.key("range_us").begin_array();  // also where the unit is another one
    write_bound(json, bucket.low, Bucket::kNoLow);
    write_bound(json, bucket.high, Bucket::kNoHigh);
    json.end_array();
    json.key("count").value(bucket.count);
    json.end_object();
  }
  json.end_array();
  json.key("raw").values(traced.raw);
}

void write_tracing(JsonWriter& json, const record::Run& run,
                   const record::LatencyTracing& tracing) {
  json.key("device_latency_tracing").begin_object();
  for (const auto& [name, traced] : tracing.histograms) {
    json.key(name).begin_object();
    write_histogram(json, traced);
    json.end_object();
  }
  json.end_object();
  const std::string job = run_fio_job(run);
  if (!job.empty()) json.key("fio_workload").value(job);
}

std::optional<double> percent(std::optional<double> ratio) {
  if (!ratio) return std::nullopt;
  return *ratio * 100;
}

void write_validation(JsonWriter& json, const record::Validation& validation) {
  const std::optional<double> error = percent(validation.error_ratio);
  json.key("validation").begin_object();
  json.key("passed").value(validation.passed);
  record::field(json, "avg_error_pct", error);
  json.key("comparison").begin_object();
  json.key("cache_hit_rate").begin_object();
  record::field(json, "benchmark", validation.hit_ratio);
  record::field(json, "trace", validation.trace_hit_ratio);
  record::field(json, "error_pct", error);
  json.key("within_5pct").value(validation.passed);
  json.end_object();
  json.end_object();
  json.key("trace_stats").begin_object();
  json.key("total_requests").value(validation.requests);
  json.key("cache_hits").value(validation.hits);
  json.key("cache_hit_rate").value(validation.trace_hit_ratio);
  json.end_object();
  json.end_object();
}

}  // namespace

void write_mlperf_beside(JsonWriter& json, const record::Run& run) {
  if (run.latency_tracing && !run.latency_tracing->histograms.empty()) {
    write_tracing(json, run, *run.latency_tracing);
  }
  if (run.validation) write_validation(json, *run.validation);
}

}  // namespace spillway::report
