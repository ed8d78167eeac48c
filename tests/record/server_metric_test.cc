// SPDX-License-Identifier: Apache-2.0
#include "record/server_metric.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace spillway::record {
namespace {

TEST(ServerMetrics, AreOneCounterWithTotalAndWithout) {
  EXPECT_EQ(family_of("lmcache:num_hit_tokens_total"), family_of("lmcache:num_hit_tokens"));
  EXPECT_EQ(family_of("vllm:kv_offload_total_bytes"), "vllm:kv_offload_total_bytes");
}

TEST(ServerMetrics, SayEachThingOnce) {
  std::set<std::tuple<std::string_view, std::string_view, std::string_view>> seen;
  for (const ServerMetric& metric : server_metrics()) {
    EXPECT_TRUE(seen.emplace(family_of(metric.name), metric.label, metric.label_value).second)
        << metric.name;
  }
}

// Gauges have no sum, so no two rows may meet in one figure.
TEST(ServerMetrics, HaveOneGaugeAFigure) {
  std::set<std::tuple<MetricDialect, KvPlace, std::string_view>> counters;
  std::set<std::tuple<MetricDialect, KvPlace, std::string_view>> gauges;
  for (const ServerMetric& metric : server_metrics()) {
    const std::tuple key(metric.stack, metric.place, metric.figure);
    if (metric.kind == MetricKind::counter) {
      counters.insert(key);
    } else {
      EXPECT_TRUE(gauges.insert(key).second) << metric.name;
    }
  }
  for (const auto& key : gauges) EXPECT_FALSE(counters.contains(key)) << std::get<2>(key);
}

// What our own endpoint writes by the names of other stacks is read by the same table.
TEST(ServerMetrics, AreOfTheStackThatWritesThem) {
  for (const ServerMetric& metric : server_metrics()) {
    const ServingMetric* const written = find_serving_metric(metric.name);
    if (written != nullptr) {
      EXPECT_EQ(written->dialect, metric.stack) << metric.name;
    }
  }
}

TEST(ServerMetrics, StandInTheDocumentRowForRow) {
  std::ifstream file(std::string(SPILLWAY_SOURCE_DIR) + "/docs/server-metrics.md");
  std::vector<std::string> documented;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("| `")) documented.push_back(line);
  }
  std::vector<std::string> rows;
  for (const ServerMetric& metric : server_metrics()) {
    std::string row = "| `";
    row.append(metric.name).append("`");
    if (!metric.label.empty()) {
      row.append(" with `").append(metric.label).append("=\"");
      row.append(metric.label_value).append("\"`");
    }
    row.append(" | ").append(name_of(metric.stack)).append(" | ");
    row.append(metric.kind == MetricKind::counter ? "counter" : "gauge").append(" | `");
    row.append(name_of(metric.place)).append(".").append(metric.figure).append("` |");
    rows.push_back(row);
  }
  EXPECT_EQ(documented, rows);
}

}  // namespace
}  // namespace spillway::record
