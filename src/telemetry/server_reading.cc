// SPDX-License-Identifier: Apache-2.0
#include "telemetry/server_reading.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "core/error.h"
#include "text/prometheus_reader.h"

namespace spillway::telemetry {
namespace {

using record::ServerMetric;
using record::ServerReading;
using text::PrometheusSample;

std::string labels_text(const PrometheusSample& sample) {
  std::string text;
  for (const auto& [name, value] : sample.labels) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", name, value);
  }
  return text;
}

bool label_fits(const ServerMetric& metric, const PrometheusSample& sample) {
  if (metric.label.empty()) return true;
  const auto found =
      std::ranges::find(sample.labels, metric.label, &std::pair<std::string, std::string>::first);
  const std::string_view value =
      found == sample.labels.end() ? std::string_view() : std::string_view(found->second);
  std::string_view wanted = metric.label_value;
  if (!wanted.ends_with('*')) return value == wanted;
  wanted.remove_suffix(1);
  return value.starts_with(wanted);
}

std::optional<std::size_t> row_of(const PrometheusSample& sample) {
  const auto rows = record::server_metrics();
  const std::string_view family = record::family_of(sample.name);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (record::family_of(rows[row].name) == family && label_fits(rows[row], sample)) return row;
  }
  return std::nullopt;
}

}  // namespace

ServerReading server_reading(std::string_view page) {
  try {
    const text::PrometheusPage read = text::parse_prometheus(page, "server metrics");
    if (read.samples.empty() && read.faults > 0) {
      return failed_server_reading("no metrics: " + read.first_fault);
    }
    ServerReading reading;
    reading.success = true;
    for (const auto& [name, type] : read.types) reading.families.emplace(record::family_of(name));
    for (const PrometheusSample& sample : read.samples) {
      reading.families.emplace(record::family_of(sample.name));
      const std::optional<std::size_t> row = row_of(sample);
      // A counter that is there with _total and without is one counter: the same labels.
      if (row && std::isfinite(sample.value))
        reading.series[*row][labels_text(sample)] = sample.value;
    }
    return reading;
  } catch (const Error& error) {
    return failed_server_reading(error.what());
  }
}

ServerReading failed_server_reading(std::string error) {
  ServerReading reading;
  reading.error = std::move(error);
  return reading;
}

}  // namespace spillway::telemetry
