// Numbers as people read them in reports; what is missing is "-".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "stats/histogram.h"

namespace spillway::report {

inline constexpr const char* kMissing = "-";

std::string count_text(std::uint64_t count);                 // 105,710
std::string count_text(std::optional<std::uint64_t> count);  // or "-"
// Three significant digits below 1000, whole numbers with separators above: 0.0123, 4.50, 1,234.
std::string number_text(std::optional<double> number);
std::string percent_text(std::optional<double> share);  // of 0.3664: 36.64 %
// Decimal units, as traffic is counted: 999 B, 4.50 kB, 12.3 GB.
std::string traffic_text(std::optional<std::uint64_t> bytes);

// Of a histogram of nanoseconds, in milliseconds.
std::string quantile_ms_text(const stats::Histogram& nanoseconds, double q);
std::string max_ms_text(const stats::Histogram& nanoseconds);

// "  label         text", broken between words so that no line passes 100 columns.
std::string labelled_text(std::string_view label, std::string_view text);

}  // namespace spillway::report
