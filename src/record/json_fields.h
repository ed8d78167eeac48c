// The shapes of which record.json is made: fields that may be null, objects, lists, summaries.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "record/run.h"
#include "stats/histogram.h"
#include "text/json_writer.h"

namespace spillway::record {

// What was not measured is null.
template <typename T>
void field(text::JsonWriter& json, std::string_view name, const std::optional<T>& value) {
  json.key(name);
  if (value) {
    json.value(*value);
  } else {
    json.null();
  }
}

template <typename T>
void field(text::JsonWriter& json, std::string_view name, const T& value) {
  json.key(name).value(value);
}

// Null when the text is empty.
void text_or_null(text::JsonWriter& json, std::string_view name, const std::string& text);

template <typename Body>
void object(text::JsonWriter& json, std::string_view name, Body body) {
  json.key(name).begin_object();
  body();
  json.end_object();
}

template <typename Items, typename Body>
void list(text::JsonWriter& json, std::string_view name, const Items& items, Body body) {
  json.key(name).begin_array();
  for (const auto& item : items) body(item);
  json.end_array();
}

// The value of a setting or a fact.
void any_value(text::JsonWriter& json, const Value& any);

// "<name>": {value, origin, asked} of a setting.
void write_setting(text::JsonWriter& json, const Setting& setting);

// {count, mean, p50, ...} of a histogram of nanoseconds, in a unit of `unit_ns`.
void summary(text::JsonWriter& json, std::string_view name, const stats::Histogram& nanoseconds,
             double unit_ns = 1e6);

// The members of a histogram that can be merged again: its exact figures, and the lowest value and
// the count of each bucket that is not empty.
void write_histogram(text::JsonWriter& json, const stats::Histogram& histogram);

}  // namespace spillway::record
