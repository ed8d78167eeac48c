// SPDX-License-Identifier: Apache-2.0
#include "telemetry/kvbm_snapshot.h"

#include <gtest/gtest.h>

namespace spillway::telemetry {
namespace {

record::KvbmSnapshot snapshot(std::string_view page) {
  return kvbm_snapshot("run_start", UtcTime(), page);
}

TEST(KvbmSnapshot, AddsCountersUpOverTheirLabels) {
  const record::KvbmSnapshot read = snapshot(
      "kvbm_matched_tokens{worker=\"0\"} 10\nkvbm_matched_tokens{worker=\"1\"} 5 1395066363000\n"
      "http_requests_total 7\n");
  EXPECT_TRUE(read.success);
  EXPECT_EQ(read.metrics, (std::map<std::string, double>{{"kvbm_matched_tokens", 15}}));
}

TEST(KvbmSnapshot, NeverAddsGaugesUp) {
  const record::KvbmSnapshot read = snapshot(
      "kvbm_host_cache_hit_rate{worker=\"0\"} 0.5\nkvbm_host_cache_hit_rate{worker=\"1\"} 0.75\n"
      "kvbm_disk_cache_hit_rate{worker=\"0\"} 0.25\n"
      "# TYPE kvbm_pool_blocks gauge\nkvbm_pool_blocks{pool=\"a\"} 1\n"
      "kvbm_pool_blocks{pool=\"b\"} 2\n");
  EXPECT_EQ(read.metrics, (std::map<std::string, double>{{"kvbm_disk_cache_hit_rate", 0.25}}))
      << "a single series is the value";
  EXPECT_EQ(read.split_gauges.at("kvbm_host_cache_hit_rate").at("worker=1"), 0.75);
  EXPECT_EQ(read.split_gauges.at("kvbm_pool_blocks").size(), 2U) << "the page says it is one";
}

TEST(KvbmSnapshot, WhatIsNotFiniteIsNotThere) {
  const record::KvbmSnapshot read =
      snapshot("kvbm_disk_fetch_p50_ms NaN\nkvbm_matched_tokens +Inf\nkvbm_cache_evictions 1\n");
  EXPECT_EQ(read.metrics, (std::map<std::string, double>{{"kvbm_cache_evictions", 1}}));
}

TEST(KvbmSnapshot, LinesThatAreNoMetricsAreCountedAndCostNoOthers) {
  const record::KvbmSnapshot read = snapshot("kvbm_matched_tokens 1\n!\nkvbm_cache_evictions x\n");
  EXPECT_TRUE(read.success);
  EXPECT_EQ(read.metrics.size(), 1U);
  EXPECT_EQ(read.unread_lines, 2U);
}

TEST(KvbmSnapshot, APageThatHoldsSomethingElseIsAFailure) {
  const record::KvbmSnapshot read = snapshot("<html>not found</html>\n");
  EXPECT_FALSE(read.success);
  EXPECT_NE(read.error.find("line 1"), std::string::npos) << read.error;
}

TEST(KvbmSnapshot, AFailureAndASkippedReadingSayWhatTheyAre) {
  const record::KvbmSnapshot failed = failed_kvbm_snapshot("run_end", UtcTime(), "refused");
  EXPECT_FALSE(failed.success);
  EXPECT_EQ(failed.error, "refused");
  EXPECT_EQ(failed.label, "run_end");
  const record::KvbmSnapshot skipped = skipped_kvbm_snapshot("run_end", UtcTime());
  EXPECT_TRUE(skipped.skipped);
  EXPECT_FALSE(skipped.success);
}

}  // namespace
}  // namespace spillway::telemetry
