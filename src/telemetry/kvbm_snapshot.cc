// SPDX-License-Identifier: Apache-2.0
#include "telemetry/kvbm_snapshot.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/error.h"
#include "text/prometheus_reader.h"

namespace spillway::telemetry {
namespace {

using record::KvbmSnapshot;
using text::PrometheusPage;
using text::PrometheusSample;

constexpr std::string_view kPrefix = "kvbm_";

KvbmSnapshot unread(std::string label, UtcTime taken) {
  KvbmSnapshot snapshot;
  snapshot.label = std::move(label);
  snapshot.taken = taken;
  return snapshot;
}

// Engines do not always declare a type: then the names that we know decide.
bool is_gauge(const PrometheusPage& page, const std::string& name) {
  const auto type = page.types.find(name);
  if (type != page.types.end()) return type->second == "gauge";
  return std::ranges::find(record::kKvbmGauges, name) != record::kKvbmGauges.end();
}

std::string labels_text(const PrometheusSample& sample) {
  std::string text;
  for (const auto& [name, value] : sample.labels) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", name, value);
  }
  return text;
}

using Series = std::map<std::string, double>;  // by labels

std::map<std::string, Series> series_of(const PrometheusPage& page) {
  std::map<std::string, Series> found;
  for (const PrometheusSample& sample : page.samples) {
    if (!sample.name.starts_with(kPrefix) || !std::isfinite(sample.value)) continue;
    found[sample.name][labels_text(sample)] = sample.value;
  }
  return found;
}

void add(KvbmSnapshot& snapshot, const PrometheusPage& page) {
  for (auto& [name, series] : series_of(page)) {
    if (series.size() > 1 && is_gauge(page, name)) {
      snapshot.split_gauges.emplace(name, std::move(series));
      continue;
    }
    double sum = 0;
    for (const auto& [labels, value] : series) sum += value;
    snapshot.metrics.emplace(name, sum);
  }
}

}  // namespace

KvbmSnapshot kvbm_snapshot(std::string label, UtcTime taken, std::string_view page) {
  try {
    const PrometheusPage read = text::parse_prometheus(page, "KVBM metrics");
    if (read.samples.empty() && read.faults > 0) {
      return failed_kvbm_snapshot(std::move(label), taken, "no metrics: " + read.first_fault);
    }
    KvbmSnapshot snapshot = unread(std::move(label), taken);
    snapshot.success = true;
    snapshot.unread_lines = read.faults;
    add(snapshot, read);
    return snapshot;
  } catch (const Error& error) {
    return failed_kvbm_snapshot(std::move(label), taken, error.what());
  }
}

KvbmSnapshot failed_kvbm_snapshot(std::string label, UtcTime taken, std::string error) {
  KvbmSnapshot snapshot = unread(std::move(label), taken);
  snapshot.error = std::move(error);
  return snapshot;
}

KvbmSnapshot skipped_kvbm_snapshot(std::string label, UtcTime taken) {
  KvbmSnapshot snapshot = unread(std::move(label), taken);
  snapshot.skipped = true;
  return snapshot;
}

}  // namespace spillway::telemetry
