// SPDX-License-Identifier: Apache-2.0
#include "report/number_text.h"

#include <fmt/core.h>

#include <array>
#include <cmath>
#include <cstddef>

namespace spillway::report {
namespace {

constexpr double kWhole = 999.5;  // from here three digits are a whole number
constexpr std::size_t kColumns = 100;
constexpr std::size_t kLabelWidth = 13;

}  // namespace

std::string count_text(std::uint64_t count) {
  std::string text = fmt::format("{}", count);
  for (std::size_t place = text.size(); place > 3; place -= 3) text.insert(place - 3, ",");
  return text;
}

std::string count_text(std::optional<std::uint64_t> count) {
  return count ? count_text(*count) : kMissing;
}

std::string number_text(std::optional<double> number) {
  if (!number || !std::isfinite(*number)) return kMissing;
  if (*number < 0) return "-" + number_text(-*number);
  if (*number >= kWhole) return count_text(static_cast<std::uint64_t>(std::llround(*number)));
  if (*number >= 99.95) return fmt::format("{:.0f}", *number);
  if (*number >= 9.995) return fmt::format("{:.1f}", *number);
  if (*number >= 0.9995 || *number == 0) return fmt::format("{:.2f}", *number);
  return fmt::format("{:#.3g}", *number);
}

std::string percent_text(std::optional<double> share) {
  if (!share || !std::isfinite(*share)) return kMissing;
  return fmt::format("{:.2f} %", *share * 100);
}

std::string traffic_text(std::optional<std::uint64_t> bytes) {
  static constexpr std::array<const char*, 7> kUnits = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  if (!bytes) return kMissing;
  auto value = static_cast<double>(*bytes);
  std::size_t unit = 0;
  while (value >= kWhole && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  if (unit == 0) return fmt::format("{} B", *bytes);
  return number_text(value) + " " + kUnits.at(unit);
}

std::string quantile_ms_text(const stats::Histogram& nanoseconds, double q) {
  if (nanoseconds.empty()) return kMissing;
  return number_text(static_cast<double>(nanoseconds.quantile(q)) / 1e6);
}

std::string max_ms_text(const stats::Histogram& nanoseconds) {
  if (nanoseconds.empty()) return kMissing;
  return number_text(static_cast<double>(nanoseconds.max()) / 1e6);
}

std::string labelled_text(std::string_view label, std::string_view text) {
  const std::size_t width = kColumns - kLabelWidth - 3;
  std::string result;
  while (!text.empty()) {
    std::size_t cut = text.size();
    if (cut > width) {
      cut = text.rfind(' ', width);
      if (cut == std::string_view::npos || cut == 0) cut = width;
    }
    result += fmt::format("  {:<{}} {}\n", label, kLabelWidth, text.substr(0, cut));
    label = "";
    text.remove_prefix(cut);
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
  return result;
}

}  // namespace spillway::report
