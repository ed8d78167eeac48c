// SPDX-License-Identifier: Apache-2.0
#include "record/validation_trace.h"

#include <cmath>

#include "core/error.h"
#include "text/json_reader.h"

namespace spillway::record {
namespace {

constexpr text::JsonLimits kLimits = {.size = Bytes(1U << 30U), .depth = 20};

ValidationTrace count(const text::JsonValue& json, const std::string& source) {
  ValidationTrace trace{.source = source};
  for (const text::JsonValue& request : json.elements()) {
    ++trace.requests;
    if (request.at("cache_hit").as_bool()) ++trace.hits;
  }
  if (trace.requests == 0) throw Error(source + ": expected requests, found an empty list");
  return trace;
}

}  // namespace

ValidationTrace parse_validation_trace(std::string_view json, const std::string& source) {
  return count(text::parse_json(json, source, kLimits), source);
}

ValidationTrace read_validation_trace(const std::string& path) {
  return count(text::read_json(path, kLimits), path);
}

Validation validate(const ValidationTrace& trace, std::optional<double> hit_ratio) {
  Validation result{
      .trace = trace.source,
      .requests = trace.requests,
      .hits = trace.hits,
      .trace_hit_ratio = static_cast<double>(trace.hits) / static_cast<double>(trace.requests),
      .hit_ratio = hit_ratio};
  if (!hit_ratio) return result;
  const double difference = std::abs(*hit_ratio - result.trace_hit_ratio);
  if (result.trace_hit_ratio > 0) {
    result.error_ratio = difference / result.trace_hit_ratio;
  } else if (difference == 0) {
    result.error_ratio = 0;
  }
  // As quotients are rounded, exactly 5 % may come out a little above it.
  constexpr double kRounding = 1e-12;
  result.passed = result.error_ratio && *result.error_ratio <= kValidationLimit + kRounding;
  return result;
}

}  // namespace spillway::record
