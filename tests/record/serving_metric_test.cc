// SPDX-License-Identifier: Apache-2.0
#include "record/serving_metric.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace spillway::record {
namespace {

TEST(ServingMetrics, AreFoundByTheirNames) {
  const ServingMetric* const metric = find_serving_metric("kvbm_onboard_blocks_d2d");
  ASSERT_NE(metric, nullptr);
  EXPECT_EQ(metric->dialect, MetricDialect::kvbm);
  EXPECT_EQ(metric->unit, "blocks");
  EXPECT_EQ(find_serving_metric("kvbm_onboard_blocks"), nullptr);
}

TEST(ServingMetrics, HaveEachNameOnceAndEveryColumn) {
  std::set<std::string_view> names;
  for (const ServingMetric& metric : serving_metrics()) {
    EXPECT_TRUE(names.insert(metric.name).second) << metric.name;
    EXPECT_FALSE(metric.unit.empty()) << metric.name;
    EXPECT_FALSE(metric.text.empty()) << metric.name;
    EXPECT_FALSE(metric.source.empty()) << metric.name;
  }
}

// A counter by Prometheus' rules ends in _total, and nothing else does.
TEST(ServingMetrics, AreCountersWhenTheirNamesSaySo) {
  for (const ServingMetric& metric : serving_metrics()) {
    EXPECT_EQ(metric.type == text::PrometheusType::counter, metric.name.ends_with("_total"))
        << metric.name;
  }
}

TEST(ServingMetrics, HaveTheNamesThatTheHarnessReads) {
  for (const std::string_view name :
       {"kvbm_offload_blocks_d2h", "kvbm_offload_blocks_h2d", "kvbm_offload_blocks_d2d",
        "kvbm_onboard_blocks_d2d", "kvbm_onboard_blocks_h2d", "kvbm_matched_tokens",
        "kvbm_disk_bytes_read", "kvbm_disk_bytes_written", "kvbm_cache_evictions",
        "kvbm_host_cache_hit_rate", "kvbm_disk_cache_hit_rate", "kvbm_disk_fetch_p50_ms",
        "kvbm_disk_fetch_p95_ms", "kvbm_disk_fetch_p99_ms"}) {
    EXPECT_NE(find_serving_metric(name), nullptr) << name;
  }
}

TEST(ServingMetrics, StandInTheDocumentRowForRow) {
  std::ifstream file(std::string(SPILLWAY_SOURCE_DIR) + "/docs/serving-metrics.md");
  std::vector<std::string> documented;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("| `")) documented.push_back(line);
  }
  std::vector<std::string> rows;
  for (const ServingMetric& metric : serving_metrics()) {
    std::string row = "| `";
    row.append(metric.name).append("` | ").append(text::name_of(metric.type)).append(" | ");
    row.append(metric.unit).append(" | ").append(metric.text).append(" | ");
    row.append(metric.source).append(" |");
    rows.push_back(row);
  }
  EXPECT_EQ(documented, rows);
}

}  // namespace
}  // namespace spillway::record
