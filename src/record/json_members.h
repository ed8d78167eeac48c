// Members of a record as it is read back: of the type that the value has, null where it may be.
// The other half of json_fields.h. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "record/run.h"
#include "stats/histogram.h"
#include "text/json_reader.h"

namespace spillway::record {

// Each throws Error with the place of the value when it has another type.
inline void read(const text::JsonValue& json, std::uint64_t& value) { value = json.as_uint(); }
inline void read(const text::JsonValue& json, std::int64_t& value) { value = json.as_int(); }
inline void read(const text::JsonValue& json, double& value) { value = json.as_double(); }
inline void read(const text::JsonValue& json, bool& value) { value = json.as_bool(); }
inline void read(const text::JsonValue& json, std::string& value) { value = json.as_string(); }

template <typename T>
void read(const text::JsonValue& json, std::optional<T>& value) {
  if (json.is_null()) return;
  read(json, value.emplace());
}

// A member that has to be there.
template <typename T>
void field(const text::JsonValue& json, std::string_view name, T& value) {
  read(json.at(name), value);
}

void text_or_null(const text::JsonValue& json, std::string_view name, std::string& value);

// Throws Error "expected one of <names>".
[[noreturn]] void fail_name(const text::JsonValue& json, std::span<const std::string_view> names);

// The place of a text in a list of names.
template <typename Names>
std::size_t name_index(const text::JsonValue& json, const Names& names) {
  const auto it = std::ranges::find(names, json.as_string());
  if (it == names.end()) fail_name(json, names);
  return static_cast<std::size_t>(it - names.begin());
}

// What any_value(), write_setting() and write_histogram() of json_fields.h wrote.
Value any_value(const text::JsonValue& json);
Setting read_setting(const std::string& name, const text::JsonValue& json);
stats::Histogram read_histogram(const text::JsonValue& json);

}  // namespace spillway::record
