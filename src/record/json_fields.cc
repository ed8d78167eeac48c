// SPDX-License-Identifier: Apache-2.0
#include "record/json_fields.h"

#include <fmt/core.h>

#include <type_traits>
#include <variant>
#include <vector>

namespace spillway::record {

void text_or_null(text::JsonWriter& json, std::string_view name, const std::string& text) {
  field(json, name, text.empty() ? std::nullopt : std::optional(text));
}

void any_value(text::JsonWriter& json, const Value& any) {
  std::visit(
      [&json](const auto& known) {
        using Known = std::decay_t<decltype(known)>;
        if constexpr (std::is_same_v<Known, std::monostate>) {
          json.null();
        } else if constexpr (std::is_same_v<Known, std::vector<std::string>>) {
          json.begin_array();
          for (const std::string& item : known) json.value(item);
          json.end_array();
        } else {
          json.value(known);
        }
      },
      any);
}

void summary(text::JsonWriter& json, std::string_view name, const stats::Histogram& nanoseconds,
             double unit_ns) {
  const auto in_unit = [&](auto number) {
    return nanoseconds.empty() ? std::nullopt
                               : std::optional(static_cast<double>(number) / unit_ns);
  };
  object(json, name, [&] {
    field(json, "count", nanoseconds.count());
    field(json, "mean", in_unit(nanoseconds.mean()));
    field(json, "p50", in_unit(nanoseconds.quantile(0.50)));
    field(json, "p95", in_unit(nanoseconds.quantile(0.95)));
    field(json, "p99", in_unit(nanoseconds.quantile(0.99)));
    field(json, "p999", in_unit(nanoseconds.quantile(0.999)));
    field(json, "max", in_unit(nanoseconds.max()));
  });
}

void write_setting(text::JsonWriter& json, const Setting& setting) {
  object(json, setting.name, [&] {
    json.key("value");
    any_value(json, setting.value);
    field(json, "origin", name_of(setting.origin));
    if (setting.origin != Origin::resolved) return;
    json.key("asked");
    any_value(json, setting.asked);
  });
}

// The lists stand on one line each: a line a bucket would bury the rest of the file.
void write_histogram(text::JsonWriter& json, const stats::Histogram& histogram) {
  text::JsonWriter lower(text::JsonLayout::compact);
  text::JsonWriter counts(text::JsonLayout::compact);
  lower.begin_array();
  counts.begin_array();
  histogram.for_each_bucket(
      [&](std::int64_t lowest, std::int64_t /*highest*/, std::uint64_t count) {
        lower.value(lowest);
        counts.value(count);
      });
  field(json, "count", histogram.count());
  field(json, "sum", fmt::format("{}", histogram.sum()));
  field(json, "min", histogram.min());
  field(json, "max", histogram.max());
  json.key("lower").raw(lower.end_array().text());
  json.key("counts").raw(counts.end_array().text());
}

}  // namespace spillway::record
