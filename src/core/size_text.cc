// SPDX-License-Identifier: Apache-2.0
#include "core/size_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>

#include "core/error.h"

namespace spillway {
namespace {

struct Unit {
  std::string_view name;  // lower case
  double bytes;
};
constexpr std::array<Unit, 9> kUnits = {{
    {.name = "b", .bytes = 1},
    {.name = "kib", .bytes = 0x1p10},
    {.name = "mib", .bytes = 0x1p20},
    {.name = "gib", .bytes = 0x1p30},
    {.name = "tib", .bytes = 0x1p40},
    {.name = "kb", .bytes = 1e3},
    {.name = "mb", .bytes = 1e6},
    {.name = "gb", .bytes = 1e9},
    {.name = "tb", .bytes = 1e12},
}};
constexpr double kLargest = 9.2e18;  // below 2^63: sums of a few sizes still fit

constexpr std::array<std::string_view, 5> kSizes = {"B", "KiB", "MiB", "GiB", "TiB"};
constexpr std::array<std::string_view, 5> kRates = {"B/s", "kB/s", "MB/s", "GB/s", "TB/s"};
constexpr std::array<std::string_view, 4> kTimes = {"ns", "us", "ms", "s"};

[[noreturn]] void refuse(std::string_view flag, std::string_view text, std::string_view why,
                         Bytes bare_unit) {
  throw Error(
      fmt::format("{}: \"{}\" {}; give a size such as 512MiB, 1.5GiB or 10GB, a bare number "
                  "(times {}), or unlimited",
                  flag, text, why, size_text(bare_unit)));
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view without_blanks_around(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::optional<double> unit_bytes(std::string_view name, Bytes bare_unit) {
  if (name.empty()) return static_cast<double>(bare_unit.count());
  const auto* const unit = std::ranges::find(kUnits, name, &Unit::name);
  return unit == kUnits.end() ? std::nullopt : std::optional(unit->bytes);
}

// The number with the unit that leaves it at 1 to 1000 or so: three digits that matter. What would
// round up to a whole step goes to the next unit, so that nothing reads "1000.0 us".
std::string scaled(double value, double step, std::span<const std::string_view> units) {
  std::size_t unit = 0;
  while (value >= step - (unit == 0 ? 0.5 : 0.05) && unit + 1 < units.size()) {
    value /= step;
    ++unit;
  }
  int digits = value < 99.995 ? 2 : 1;
  if (unit == 0 || value == std::floor(value)) digits = 0;
  return fmt::format("{:.{}f} {}", value, digits, units[unit]);
}

}  // namespace

Bytes parse_size(std::string_view text, std::string_view flag, Bytes bare_unit) {
  const std::string clean = lower(without_blanks_around(text));
  if (clean == "unlimited") return kUnlimited;
  double number = 0;
  const auto [end, error] = std::from_chars(clean.data(), clean.data() + clean.size(), number);
  if (error != std::errc() || !std::isfinite(number)) {
    refuse(flag, text, "is not a size", bare_unit);
  }
  if (number < 0) refuse(flag, text, "is below zero", bare_unit);
  const std::string_view name(end, static_cast<std::size_t>(clean.data() + clean.size() - end));
  const std::optional<double> unit = unit_bytes(without_blanks_around(name), bare_unit);
  if (!unit) refuse(flag, text, "has an unknown unit", bare_unit);
  if (number * *unit > kLargest) refuse(flag, text, "is larger than any memory", bare_unit);
  return Bytes(static_cast<std::uint64_t>(std::llround(number * *unit)));
}

std::string size_text(Bytes size) {
  if (size == kUnlimited) return "unlimited";
  return scaled(static_cast<double>(size.count()), 1024.0, kSizes);
}

std::string rate_text(Bytes moved, Duration length) {
  if (length <= Duration::zero()) return "-";
  return scaled(static_cast<double>(moved.count()) / to_seconds(length), 1000.0, kRates);
}

std::string duration_text(Duration length) {
  const auto nanoseconds = static_cast<double>(length.count());
  if (length >= std::chrono::minutes(2)) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(length).count();
    return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  }
  return scaled(nanoseconds, 1000.0, kTimes);
}

}  // namespace spillway
