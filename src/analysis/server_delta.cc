// SPDX-License-Identifier: Apache-2.0
#include "analysis/server_delta.h"

#include <algorithm>
#include <set>
#include <utility>

namespace spillway::analysis {
namespace {

using record::MetricKind;
using record::ServerMetric;
using record::ServerReading;
using Series = std::map<std::string, double>;

const Series* series_of(const ServerReading& reading, std::size_t row) {
  const auto found = reading.series.find(row);
  return found == reading.series.end() ? nullptr : &found->second;
}

ServerValue missing(std::string_view reason) {
  ServerValue value;
  value.reason = reason;
  return value;
}

ServerValue gauge(const Series* after) {
  if (after == nullptr) return missing("not_on_page");
  ServerValue value;
  if (after->size() == 1) {
    value.value = after->begin()->second;
  } else {
    value.reason = "several_series";
    value.by_labels = *after;
  }
  return value;
}

// A labelled series that is new in a family that was there has been counted from 0.
ServerValue counter(const Series* before, const Series* after, bool family_before) {
  if (after == nullptr) return missing(before == nullptr ? "not_on_page" : "series_vanished");
  if (before == nullptr && !family_before) return missing("not_on_page_before");
  const Series none;
  const Series& old = before == nullptr ? none : *before;
  ServerValue value;
  value.value = 0;
  for (const auto& [labels, count] : *after) {
    const auto found = old.find(labels);
    const double start = found == old.end() ? 0 : found->second;
    const bool reset = count < start;
    value.reset = value.reset || reset;
    *value.value += reset ? count : count - start;
  }
  const bool vanished =
      std::ranges::any_of(old, [&](const auto& one) { return !after->contains(one.first); });
  if (!vanished) return value;
  ServerValue unknown = missing("series_vanished");
  unknown.reset = value.reset;
  return unknown;
}

std::string key_of(const ServerMetric& metric) {
  return std::string(name_of(metric.place)).append(".").append(metric.figure);
}

// A figure that several metrics make up: what is not on the page is left out of it, what is there
// without a figure takes it away.
void add_row(ServerValue& sum, const ServerValue& row) {
  if (row.reason == "not_on_page") return;
  if (sum.reason == "not_on_page") {
    sum = row;
    return;
  }
  sum.reset = sum.reset || row.reset;
  if (sum.value && row.value) {
    *sum.value += *row.value;
    return;
  }
  sum.value.reset();
  if (sum.reason.empty()) sum.reason = row.reason;
}

}  // namespace

ServerDelta server_delta(const ServerReading& before, const ServerReading& after) {
  ServerDelta delta;
  if (!before.success || !after.success) {
    delta.reason = "snapshot_missing: " + (before.success ? after.error : before.error);
    return delta;
  }
  const auto rows = record::server_metrics();
  std::set<record::MetricDialect> stacks;
  for (const auto& [row, series] : after.series) stacks.insert(rows[row].stack);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const ServerMetric& metric = rows[row];
    if (!stacks.contains(metric.stack)) continue;
    const Series* const now = series_of(after, row);
    const ServerValue value =
        metric.kind == MetricKind::gauge
            ? gauge(now)
            : counter(series_of(before, row), now,
                      before.families.contains(record::family_of(metric.name)));
    ServerFigures& figures = delta.stacks[std::string(name_of(metric.stack))];
    const auto [place, is_new] = figures.try_emplace(key_of(metric), value);
    if (!is_new) add_row(place->second, value);
  }
  delta.available = !delta.stacks.empty();
  if (!delta.available) delta.reason = "no_known_metrics";
  return delta;
}

namespace {

bool is_gauge(std::string_view key) {
  return std::ranges::any_of(record::server_metrics(), [&](const ServerMetric& metric) {
    return metric.kind == MetricKind::gauge && key == key_of(metric);
  });
}

void add_phase(ServerFigures& sums, const ServerFigures& phase) {
  for (auto& [key, sum] : sums) {
    const auto found = phase.find(key);
    if (is_gauge(key)) {
      sum = found == phase.end() ? missing("not_in_every_phase") : found->second;
      continue;
    }
    const bool reset = sum.reset || (found != phase.end() && found->second.reset);
    if (sum.value && found != phase.end() && found->second.value) {
      *sum.value += *found->second.value;
    } else if (sum.value) {
      sum = missing(found == phase.end() ? "not_in_every_phase" : found->second.reason);
    }
    sum.reset = reset;
  }
}

}  // namespace

ServerDelta server_delta_of(std::span<const ServerDelta> phases) {
  ServerDelta sum;
  sum.reason = "no_phases";
  for (const ServerDelta& phase : phases) {
    if (!phase.available) {
      sum = ServerDelta();
      sum.reason = phase.reason;
      return sum;
    }
    if (!sum.available) {
      sum = phase;
      continue;
    }
    for (const auto& [stack, figures] : phase.stacks) {
      if (sum.stacks.contains(stack)) continue;
      ServerFigures& fresh = sum.stacks[stack];
      for (const auto& [key, value] : figures) fresh[key] = missing("not_in_every_phase");
    }
    for (auto& [stack, figures] : sum.stacks) {
      const auto found = phase.stacks.find(stack);
      add_phase(figures, found == phase.stacks.end() ? ServerFigures() : found->second);
    }
  }
  return sum;
}

}  // namespace spillway::analysis
