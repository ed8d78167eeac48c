// SPDX-License-Identifier: Apache-2.0
#include "record/json_members.h"

#include <fmt/core.h>

#include <limits>
#include <vector>

namespace spillway::record {
namespace {

using text::JsonValue;

constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

__int128 decimal(const JsonValue& json) {
  __int128 sum = 0;
  for (const char digit : json.as_string()) {
    if (digit < '0' || digit > '9') json.fail("decimal digits");
    sum = sum * 10 + (digit - '0');
  }
  return sum;
}

}  // namespace

void text_or_null(const JsonValue& json, std::string_view name, std::string& value) {
  if (const JsonValue& text = json.at(name); !text.is_null()) read(text, value);
}

void fail_name(const JsonValue& json, std::span<const std::string_view> names) {
  std::string expected;
  for (const std::string_view name : names)
    expected += fmt::format("{}{}", expected.empty() ? "" : ", ", name);
  json.fail("one of " + expected);
}

Value any_value(const JsonValue& json) {
  switch (json.type()) {
    case JsonValue::Type::null:
      return {};
    case JsonValue::Type::boolean:
      return json.as_bool();
    case JsonValue::Type::uint64:
      if (json.as_uint() > static_cast<std::uint64_t>(kLargest)) return json.as_double();
      return json.as_int();
    case JsonValue::Type::int64:
      return json.as_int();
    case JsonValue::Type::real:
      return json.as_double();
    case JsonValue::Type::string:
      return json.as_string();
    case JsonValue::Type::array: {
      std::vector<std::string> items;
      for (const JsonValue& item : json.elements()) items.push_back(item.as_string());
      return items;
    }
    case JsonValue::Type::object:
      break;
  }
  json.fail("a number, a text, true, false, null or a list of texts");
}

Setting read_setting(const std::string& name, const JsonValue& json) {
  Setting setting;
  setting.name = name;
  setting.value = any_value(json.at("value"));
  setting.origin = static_cast<Origin>(name_index(json.at("origin"), kOriginNames));
  if (setting.origin == Origin::resolved) setting.asked = any_value(json.at("asked"));
  return setting;
}

stats::Histogram read_histogram(const JsonValue& json) {
  stats::Histogram histogram = stats::Histogram::restored(
      decimal(json.at("sum")), json.at("min").as_int(), json.at("max").as_int());
  const std::vector<JsonValue>& lower = json.at("lower").elements();
  const JsonValue& counts = json.at("counts");
  if (counts.elements().size() != lower.size()) {
    counts.fail(fmt::format("{} counts, one a lower bound", lower.size()));
  }
  for (std::size_t i = 0; i < lower.size(); ++i) {
    histogram.restore_bucket(lower[i].as_int(), counts.elements()[i].as_uint());
  }
  if (histogram.count() != json.at("count").as_uint())
    counts.fail("counts that add up to the count");
  return histogram;
}

}  // namespace spillway::record
