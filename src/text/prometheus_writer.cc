// SPDX-License-Identifier: Apache-2.0
#include "text/prometheus_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/error.h"

namespace spillway::text {
namespace {

template <typename Number>
std::string digits_of(Number number) {
  std::array<char, 32> digits{};  // the longest: 24 characters of a double
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return {digits.data(), end};
}

std::string text_of(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  return digits_of(value);
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// Letters, digits and underscores, no digit first; names of metrics may hold colons, too.
bool is_name(std::string_view name, bool colons) {
  const auto allowed = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || (colons && c == ':');
  };
  const bool begins = !name.empty() && (name[0] < '0' || name[0] > '9');
  return begins && std::ranges::all_of(name, allowed);
}

// A help text is a line; in it only the backslash and the end of line are escaped.
void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '\\' || (quotes && c == '"')) out += '\\';
      out += c;
    }
  }
}

}  // namespace

std::string_view name_of(PrometheusType type) {
  constexpr std::array<std::string_view, 4> kNames = {"counter", "gauge", "histogram", "untyped"};
  return kNames.at(static_cast<std::size_t>(type));
}

void PrometheusWriter::family(std::string_view name, PrometheusType type, std::string_view help) {
  check(is_name(name, true), "a metric has a name that Prometheus allows");
  name_ = name;
  type_ = type;
  text_.append("# HELP ").append(name) += ' ';
  append_escaped(text_, help, false);
  text_.append("\n# TYPE ").append(name).append(" ").append(name_of(type)) += '\n';
}

void PrometheusWriter::sample(PrometheusLabels labels, double value) {
  check(type_ != PrometheusType::histogram, "a histogram has buckets");
  begin_sample({}, labels, {});
  text_.append(text_of(value)) += '\n';
}

void PrometheusWriter::whole_sample(PrometheusLabels labels, std::uint64_t value) {
  check(type_ != PrometheusType::histogram, "a histogram has buckets");
  begin_sample({}, labels, {});
  text_.append(digits_of(value)) += '\n';
}

void PrometheusWriter::histogram(PrometheusLabels labels, const PrometheusHistogram& values) {
  check(type_ == PrometheusType::histogram, "buckets stand in a histogram");
  check(values.bounds.size() == values.at_most.size(), "every bucket has a bound");
  for (std::size_t i = 0; i < values.bounds.size(); ++i) {
    bucket(labels, text_of(values.bounds[i]), values.at_most[i]);
  }
  bucket(labels, "+Inf", values.count);
  begin_sample("_sum", labels, {});
  text_.append(text_of(values.sum)) += '\n';
  begin_sample("_count", labels, {});
  text_.append(digits_of(values.count)) += '\n';
}

void PrometheusWriter::bucket(PrometheusLabels labels, std::string_view bound,
                              std::uint64_t value) {
  begin_sample("_bucket", labels, bound);
  text_.append(digits_of(value)) += '\n';
}

void PrometheusWriter::begin_sample(std::string_view suffix, PrometheusLabels labels,
                                    std::string_view bound) {
  check(!name_.empty(), "a sample has a family");
  text_.append(name_).append(suffix);
  char before = '{';
  for (const PrometheusLabel& label : labels) {
    append_label(label.name, label.value, before);
    before = ',';
  }
  if (!bound.empty()) append_label("le", bound, before);
  text_ += labels.empty() && bound.empty() ? " " : "} ";
}

void PrometheusWriter::append_label(std::string_view name, std::string_view value, char before) {
  check(is_name(name, false), "a label has a name that Prometheus allows");
  text_ += before;
  text_.append(name).append("=\"");
  append_escaped(text_, value, true);
  text_ += '"';
}

}  // namespace spillway::text
