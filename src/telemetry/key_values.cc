// SPDX-License-Identifier: Apache-2.0
#include "telemetry/key_values.h"

#include <charconv>

namespace spillway::telemetry {
namespace {

constexpr std::string_view kBlanks = " \t:";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace

std::string_view find_value(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (line.starts_with(key)) return trimmed(line.substr(key.size()));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return {};
}

std::optional<std::uint64_t> find_number(std::string_view text, std::string_view key) {
  const std::string_view value = find_value(text, key);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

}  // namespace spillway::telemetry
