// SPDX-License-Identifier: Apache-2.0
#include "record/beside_json.h"

#include <optional>
#include <string_view>
#include <utility>

#include "record/json_fields.h"

namespace spillway::record {
namespace {

using stats::Bucket;
using stats::BucketHistogram;
using text::JsonValue;
using text::JsonWriter;

template <typename Part, typename Body>
void part(JsonWriter& json, std::string_view name, const std::optional<Part>& what, Body body) {
  if (what) {
    object(json, name, [&] { body(json, *what); });
  } else {
    json.key(name).null();
  }
}

void write_precondition(JsonWriter& json, const Precondition& what) {
  const double seconds = static_cast<double>(what.elapsed_ns) / 1e9;
  field(json, "target_bytes", what.target_bytes);
  field(json, "bytes", what.bytes);
  field(json, "writes", what.writes);
  field(json, "failed", what.failed);
  field(json, "elapsed_ns", what.elapsed_ns);
  field(
      json, "gb_per_s",
      seconds > 0 ? std::optional(static_cast<double>(what.bytes) / 1e9 / seconds) : std::nullopt);
}

void write_trace(JsonWriter& json, const TraceFile& trace) {
  field(json, "path", trace.path);
  field(json, "extra_columns", trace.extra_columns);
  field(json, "rows", trace.rows);
  field(json, "lost", trace.lost);
  field(json, "stalls", trace.stalls);
  text_or_null(json, "error", trace.error);
}

// An end that is open is null.
void bound(JsonWriter& json, std::string_view name, std::int64_t value, std::int64_t open) {
  field(json, name, value == open ? std::nullopt : std::optional(value));
}

void write_percentile(JsonWriter& json, std::string_view name, const BucketHistogram& histogram,
                      double percent) {
  const Bucket* const bucket = histogram.percentile(percent);
  if (bucket == nullptr) {
    json.key(name).null();
  } else {
    bound(json, name, bucket->low, Bucket::kNoLow);
  }
}

void write_histogram(JsonWriter& json, const TracedHistogram& traced) {
  field(json, "samples", traced.histogram.total());
  write_percentile(json, "p50", traced.histogram, 50);
  write_percentile(json, "p95", traced.histogram, 95);
  write_percentile(json, "p99", traced.histogram, 99);
  list(json, "buckets", traced.histogram.buckets, [&](const Bucket& bucket) {
    json.begin_object();
    bound(json, "low", bucket.low, Bucket::kNoLow);
    bound(json, "high", bucket.high, Bucket::kNoHigh);
    field(json, "count", bucket.count);
    json.end_object();
  });
  list(json, "raw", traced.raw, [&](const std::string& line) { json.value(line); });
}

void write_tracing(JsonWriter& json, const LatencyTracing& tracing) {
  text_or_null(json, "reason", tracing.reason);
  text_or_null(json, "fio_job", tracing.fio_job);
  object(json, "histograms", [&] {
    for (const auto& [name, traced] : tracing.histograms) {
      object(json, name, [&] { write_histogram(json, traced); });
    }
  });
}

void write_validation(JsonWriter& json, const Validation& validation) {
  field(json, "trace", validation.trace);
  field(json, "requests", validation.requests);
  field(json, "hits", validation.hits);
  field(json, "trace_hit_ratio", validation.trace_hit_ratio);
  field(json, "hit_ratio", validation.hit_ratio);
  field(json, "error_ratio", validation.error_ratio);
  field(json, "passed", validation.passed);
}

// The member's object; null where there is none.
const JsonValue* member(const JsonValue& record, std::string_view name) {
  const JsonValue* const found = record.find(name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::string text_of(const JsonValue& json, std::string_view name) {
  const JsonValue& text = json.at(name);
  return text.is_null() ? "" : text.as_string();
}

std::optional<double> number_of(const JsonValue& json, std::string_view name) {
  const JsonValue& number = json.at(name);
  return number.is_null() ? std::nullopt : std::optional(number.as_double());
}

std::int64_t bound_of(const JsonValue& json, std::string_view name, std::int64_t open) {
  const JsonValue& number = json.at(name);
  return number.is_null() ? open : number.as_int();
}

Precondition read_precondition(const JsonValue& json) {
  return {.target_bytes = json.at("target_bytes").as_uint(),
          .bytes = json.at("bytes").as_uint(),
          .writes = json.at("writes").as_uint(),
          .failed = json.at("failed").as_uint(),
          .elapsed_ns = json.at("elapsed_ns").as_int()};
}

TraceFile read_trace(const JsonValue& json) {
  return {.path = json.at("path").as_string(),
          .extra_columns = json.at("extra_columns").as_bool(),
          .rows = json.at("rows").as_uint(),
          .lost = json.at("lost").as_uint(),
          .stalls = json.at("stalls").as_uint(),
          .error = text_of(json, "error")};
}

TracedHistogram read_histogram(const JsonValue& json) {
  TracedHistogram traced;
  for (const JsonValue& bucket : json.at("buckets").elements()) {
    traced.histogram.buckets.push_back({.low = bound_of(bucket, "low", Bucket::kNoLow),
                                        .high = bound_of(bucket, "high", Bucket::kNoHigh),
                                        .count = bucket.at("count").as_uint()});
  }
  for (const JsonValue& line : json.at("raw").elements()) traced.raw.push_back(line.as_string());
  return traced;
}

LatencyTracing read_tracing(const JsonValue& json) {
  LatencyTracing tracing{
      .reason = text_of(json, "reason"), .fio_job = text_of(json, "fio_job"), .histograms = {}};
  for (const auto& [name, histogram] : json.at("histograms").members()) {
    tracing.histograms.emplace(name, read_histogram(histogram));
  }
  return tracing;
}

Validation read_validation(const JsonValue& json) {
  return {.trace = json.at("trace").as_string(),
          .requests = json.at("requests").as_uint(),
          .hits = json.at("hits").as_uint(),
          .trace_hit_ratio = json.at("trace_hit_ratio").as_double(),
          .hit_ratio = number_of(json, "hit_ratio"),
          .error_ratio = number_of(json, "error_ratio"),
          .passed = json.at("passed").as_bool()};
}

}  // namespace

void write_beside(JsonWriter& json, const Run& run) {
  part(json, "precondition", run.precondition, write_precondition);
  part(json, "io_trace", run.io_trace, write_trace);
  part(json, "device_latency", run.latency_tracing, write_tracing);
  part(json, "validation", run.validation, write_validation);
}

void read_beside(const JsonValue& record, Run& run) {
  if (const JsonValue* const json = member(record, "precondition")) {
    run.precondition = read_precondition(*json);
  }
  if (const JsonValue* const json = member(record, "io_trace")) run.io_trace = read_trace(*json);
  if (const JsonValue* const json = member(record, "device_latency")) {
    run.latency_tracing = read_tracing(*json);
  }
  if (const JsonValue* const json = member(record, "validation")) {
    run.validation = read_validation(*json);
  }
}

}  // namespace spillway::record
