// SPDX-License-Identifier: Apache-2.0
#include "text/loose_json.h"

#include <charconv>
#include <cmath>
#include <utility>

namespace spillway::text {
namespace {

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

template <typename Number>
std::optional<Number> number_in(std::string_view text) {
  const std::string_view bare = without_blanks(text);
  Number number{};
  const auto [end, error] = std::from_chars(bare.data(), bare.data() + bare.size(), number);
  if (error != std::errc() || end != bare.data() + bare.size()) return std::nullopt;
  return number;
}

std::optional<std::int64_t> cut(double number) {
  constexpr double kLimit = 9.2e18;  // a little below what the type holds
  if (!std::isfinite(number) || std::abs(number) > kLimit) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

}  // namespace

const JsonValue* member(const JsonValue* value, std::string_view key) {
  return value != nullptr && value->is_object() ? value->find(key) : nullptr;
}

std::optional<std::int64_t> loose_int(const JsonValue* value) {
  if (value == nullptr) return std::nullopt;
  if (value->type() == JsonValue::Type::int64) return value->as_int();
  if (value->type() == JsonValue::Type::uint64 && std::in_range<std::int64_t>(value->as_uint())) {
    return value->as_int();
  }
  if (value->type() == JsonValue::Type::boolean) return value->as_bool() ? 1 : 0;
  if (value->is_number()) return cut(value->as_double());
  if (value->is_string()) return number_in<std::int64_t>(value->as_string());
  return std::nullopt;
}

std::optional<double> loose_number(const JsonValue* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) return value->as_double();
  if (value->is_string()) return number_in<double>(value->as_string());
  return std::nullopt;
}

std::string loose_text(const JsonValue* value) {
  return value != nullptr && value->is_string() ? value->as_string() : "";
}

bool loose_flag(const JsonValue* value) {
  return value != nullptr && value->type() == JsonValue::Type::boolean && value->as_bool();
}

std::span<const JsonValue> loose_elements(const JsonValue* value) {
  if (value == nullptr || !value->is_array()) return {};
  return value->elements();
}

std::span<const JsonValue::Member> loose_members(const JsonValue* value) {
  if (value == nullptr || !value->is_object()) return {};
  return value->members();
}

}  // namespace spillway::text
