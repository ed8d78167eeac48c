// Writes a page of Prometheus text (exposition format 0.0.4): families with their samples.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace spillway::text {

// Untyped is what a family is whose name says counter to nobody: a counter without "_total".
enum class PrometheusType : std::uint8_t { counter, gauge, histogram, untyped };

std::string_view name_of(PrometheusType type);

struct PrometheusLabel {
  std::string_view name;
  std::string_view value;  // any UTF-8: escaped as it is written
};
using PrometheusLabels = std::span<const PrometheusLabel>;

// `at_most[i]` values were at or below `bounds[i]`, `count` in all: cumulative, as the format is.
struct PrometheusHistogram {
  std::span<const double> bounds;  // rising, without infinity
  std::span<const std::uint64_t> at_most;
  std::uint64_t count = 0;
  double sum = 0;
};

// Appends to a string of its own. A family comes first, then its samples. Names that the format
// does not allow and samples without a family are bugs and end the program.
//   w.family("hits_total", PrometheusType::counter, "Hits."); w.sample(labels, 3);
class PrometheusWriter {
 public:
  // What a page is served as.
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

  void family(std::string_view name, PrometheusType type, std::string_view help);

  // The shortest text that reads back as the same double, or NaN, +Inf, -Inf.
  void sample(PrometheusLabels labels, double value);
  // Every integer exactly.
  template <std::unsigned_integral Integer>
  void sample(PrometheusLabels labels, Integer value) {
    whole_sample(labels, value);
  }
  // Of a histogram: its buckets, the last of them infinite, its sum and its count.
  void histogram(PrometheusLabels labels, const PrometheusHistogram& values);

  const std::string& text() const { return text_; }

 private:
  void whole_sample(PrometheusLabels labels, std::uint64_t value);
  void begin_sample(std::string_view suffix, PrometheusLabels labels, std::string_view bound);
  void bucket(PrometheusLabels labels, std::string_view bound, std::uint64_t value);
  void append_label(std::string_view name, std::string_view value, char before);

  std::string text_;
  std::string name_;  // of the family
  PrometheusType type_ = PrometheusType::untyped;
};

}  // namespace spillway::text
