// SPDX-License-Identifier: Apache-2.0
#include "telemetry/server_reading.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace spillway::telemetry {
namespace {

// By "place.figure", then by labels.
std::map<std::string, std::map<std::string, double>> read(std::string_view page) {
  const record::ServerReading reading = server_reading(page);
  EXPECT_TRUE(reading.success) << reading.error;
  std::map<std::string, std::map<std::string, double>> found;
  for (const auto& [row, series] : reading.series) {
    const record::ServerMetric& metric = record::server_metrics()[row];
    found[std::string(name_of(metric.place)) + "." + std::string(metric.figure)] = series;
  }
  return found;
}

TEST(ServerReading, KeepsTheSeriesOfEveryEngineApart) {
  const auto found = read(
      "vllm:prefix_cache_hits_total{engine=\"0\"} 4\nvllm:prefix_cache_hits_total{engine=\"1\"} 5\n"
      "vllm:prefix_cache_hits_created{engine=\"0\"} 1.7e9\nhttp_requests_total 7\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.at("device.hit_tokens"),
            (std::map<std::string, double>{{"engine=0", 4}, {"engine=1", 5}}));
}

TEST(ServerReading, KnowsCountersWithTotalAndWithout) {
  EXPECT_EQ(read("lmcache:num_hit_tokens 3\n").at("below_device.hit_tokens").at(""), 3);
  EXPECT_EQ(read("lmcache:num_hit_tokens_total 3\n").at("below_device.hit_tokens").at(""), 3);
}

TEST(ServerReading, TellsTiersByLabels) {
  const auto found = read(
      "sglang:cached_tokens_total{cache_source=\"device\"} 1\n"
      "sglang:cached_tokens_total{cache_source=\"host\"} 2\n"
      "sglang:cached_tokens_total{cache_source=\"storage_file\"} 3\n"
      "sglang:cached_tokens_total{cache_source=\"storage_mooncake\"} 4\n"
      "sglang:cached_tokens_total{model_name=\"m\"} 5\n");
  EXPECT_EQ(found.at("device.hit_tokens").begin()->second, 1);
  EXPECT_EQ(found.at("host.hit_tokens").begin()->second, 2);
  EXPECT_EQ(found.at("disk.hit_tokens").begin()->second, 3);
  EXPECT_EQ(found.at("storage.hit_tokens").begin()->second, 4);
  EXPECT_EQ(found.at("any_tier.hit_tokens").begin()->second, 5);
}

TEST(ServerReading, WhatIsNotFiniteIsNotThere) {
  EXPECT_TRUE(read("llamacpp:prompt_tokens_total NaN\n").empty());
}

TEST(ServerReading, AFamilyThatIsDeclaredIsThere) {
  const record::ServerReading reading =
      server_reading("# TYPE vllm:prefix_cache_hits_total counter\n");
  EXPECT_TRUE(reading.families.contains("vllm:prefix_cache_hits"));
  EXPECT_TRUE(reading.series.empty());
}

// trtllm-serve's /metrics is JSON, for one.
TEST(ServerReading, APageThatIsNoPageOfMetricsFails) {
  const record::ServerReading reading = server_reading("[{\"gpuMemUsage\": 1}]\n");
  EXPECT_FALSE(reading.success);
  EXPECT_NE(reading.error.find("no metrics"), std::string::npos) << reading.error;
  EXPECT_EQ(failed_server_reading("HTTP 404").error, "HTTP 404");
}

}  // namespace
}  // namespace spillway::telemetry
