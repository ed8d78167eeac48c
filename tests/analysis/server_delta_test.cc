// SPDX-License-Identifier: Apache-2.0
#include "analysis/server_delta.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <tuple>

namespace spillway::analysis {
namespace {

using record::ServerReading;

struct Point {
  std::string_view name;
  const char* labels;
  double value;
};

ServerReading reading(std::initializer_list<Point> points) {
  ServerReading made;
  made.success = true;
  const auto rows = record::server_metrics();
  for (const Point& point : points) {
    const auto row = std::ranges::find(rows, point.name, &record::ServerMetric::name);
    made.series[static_cast<std::size_t>(row - rows.begin())][point.labels] = point.value;
    made.families.emplace(record::family_of(point.name));
  }
  return made;
}

constexpr std::string_view kHits = "vllm:prefix_cache_hits_total";
constexpr std::string_view kUsage = "vllm:kv_cache_usage_perc";

ServerValue hits(const ServerReading& before, const ServerReading& after) {
  return server_delta(before, after).stacks.at("vllm").at("device.hit_tokens");
}

TEST(ServerDelta, CountersOfSeveralEnginesAddUp) {
  const ServerValue value = hits(reading({{kHits, "engine=0", 10}, {kHits, "engine=1", 100}}),
                                 reading({{kHits, "engine=0", 14}, {kHits, "engine=1", 105}}));
  EXPECT_EQ(value.value, 9);
  EXPECT_FALSE(value.reset);
}

// The sum grows, so that only the series tell.
TEST(ServerDelta, AResetOfOneEngineIsNamedAndNotHiddenByAnother) {
  const ServerValue value = hits(reading({{kHits, "engine=0", 10}, {kHits, "engine=1", 100}}),
                                 reading({{kHits, "engine=0", 3}, {kHits, "engine=1", 150}}));
  EXPECT_TRUE(value.reset);
  EXPECT_EQ(value.value, 53) << "3 since the new start, and 50";
}

TEST(ServerDelta, WhatIsMissingIsNotZero) {
  const ServerReading other = reading({{"vllm:prompt_tokens_total", "", 1}});
  EXPECT_EQ(hits(other, other).reason, "not_on_page");
  EXPECT_EQ(hits(other, other).value, std::nullopt);
  EXPECT_EQ(hits(other, reading({{kHits, "", 5}})).reason, "not_on_page_before");
  EXPECT_EQ(hits(reading({{kHits, "engine=0", 1}, {kHits, "engine=1", 1}}),
                 reading({{kHits, "engine=0", 2}}))
                .reason,
            "series_vanished");
}

TEST(ServerDelta, ANewSeriesOfAKnownFamilyCountsFromZero) {
  EXPECT_EQ(hits(reading({{kHits, "engine=0", 1}}),
                 reading({{kHits, "engine=0", 2}, {kHits, "engine=1", 5}}))
                .value,
            6);
  ServerReading declared = reading({{"vllm:prompt_tokens_total", "", 1}});
  declared.families.insert("vllm:prefix_cache_hits");
  EXPECT_EQ(hits(declared, reading({{kHits, "", 5}})).value, 5);
}

TEST(ServerDelta, GaugesAreNeverAddedUp) {
  const ServerReading one = reading({{kUsage, "engine=0", 0.25}});
  EXPECT_EQ(server_delta(one, one).stacks.at("vllm").at("device.usage_ratio").value, 0.25);
  const ServerReading two = reading({{kUsage, "engine=0", 0.25}, {kUsage, "engine=1", 0.5}});
  const ServerValue value = server_delta(two, two).stacks.at("vllm").at("device.usage_ratio");
  EXPECT_EQ(value.value, std::nullopt);
  EXPECT_EQ(value.reason, "several_series");
  EXPECT_EQ(value.by_labels.at("engine=1"), 0.5);
}

TEST(ServerDelta, TwoMetricsMayMakeUpOneFigure) {
  const ServerReading before =
      reading({{"kvbm_offload_blocks_h2d", "", 1}, {"kvbm_offload_blocks_d2d", "", 10}});
  const ServerReading after =
      reading({{"kvbm_offload_blocks_h2d", "", 3}, {"kvbm_offload_blocks_d2d", "", 14}});
  EXPECT_EQ(server_delta(before, after).stacks.at("kvbm").at("disk.in_blocks").value, 6);
}

TEST(ServerDelta, EveryStackOfThePageIsToldApart) {
  const ServerReading page = reading({{kHits, "", 1}, {"lmcache:num_hit_tokens", "", 1}});
  const ServerDelta delta = server_delta(page, page);
  EXPECT_TRUE(delta.available);
  EXPECT_EQ(delta.stacks.size(), 2U);
  EXPECT_EQ(delta.stacks.at("lmcache").at("below_device.hit_tokens").value, 0);
}

TEST(ServerDelta, SaysWhyThereIsNone) {
  ServerReading failed;
  failed.error = "HTTP 404";
  EXPECT_EQ(server_delta(failed, reading({{kHits, "", 1}})).reason, "snapshot_missing: HTTP 404");
  EXPECT_EQ(server_delta(reading({}), reading({})).reason, "no_known_metrics");
}

TEST(ServerDelta, OfSeveralPhasesCountersAddUpAndGaugesAreTheLast) {
  const ServerReading first = reading({{kHits, "", 1}, {kUsage, "", 0.5}});
  const ServerReading second = reading({{kHits, "", 4}, {kUsage, "", 0.75}});
  const ServerReading third = reading({{kHits, "", 2}, {kUsage, "", 0.125}});
  const std::array phases = {server_delta(first, second), server_delta(second, third)};
  const ServerFigures all = server_delta_of(phases).stacks.at("vllm");
  EXPECT_EQ(all.at("device.hit_tokens").value, 5);
  EXPECT_TRUE(all.at("device.hit_tokens").reset);
  EXPECT_EQ(all.at("device.usage_ratio").value, 0.125);
}

TEST(ServerDelta, OfSeveralPhasesNothingIsKnownWhereOneIsMissing) {
  const ServerReading with = reading({{kHits, "", 1}});
  const ServerReading without = reading({{"vllm:prompt_tokens_total", "", 1}});
  const std::array phases = {server_delta(with, with), server_delta(without, without)};
  const ServerFigures all = server_delta_of(phases).stacks.at("vllm");
  EXPECT_EQ(all.at("device.hit_tokens").value, std::nullopt);
  EXPECT_EQ(all.at("device.hit_tokens").reason, "not_on_page");
  const std::array failed = {server_delta(with, with), server_delta(with, ServerReading())};
  EXPECT_FALSE(server_delta_of(failed).available);
  EXPECT_EQ(server_delta_of({}).reason, "no_phases");
}

}  // namespace
}  // namespace spillway::analysis
