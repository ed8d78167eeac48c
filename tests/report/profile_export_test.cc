// SPDX-License-Identifier: Apache-2.0
#include "report/profile_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "record/serving_result.h"
#include "tests/analysis/stream_row.h"
#include "text/json_reader.h"

namespace spillway::report {
namespace {

using analysis::at_ms;
using testing::HasSubstr;
using testing::Not;
using text::JsonValue;

// Two answers of 40 and 80 ms, one failure, and a warm-up that counts for nothing.
analysis::DriveRun measured() {
  analysis::DriveRun run;
  run.run_id = "r-1";
  analysis::StreamRow one;
  analysis::DrivePhaseRun warm_up;
  warm_up.name = "warmup";
  warm_up.include = false;
  warm_up.ran = true;
  one.row.done = at_ms(99'000);
  warm_up.sums.add(one.row);
  run.phases.push_back(std::move(warm_up));
  analysis::DrivePhaseRun main;
  main.name = "main";
  main.ran = true;
  main.start = UtcTime(std::chrono::seconds(1'771'416'900));
  main.end = main.start + std::chrono::seconds(1);
  main.sums.add(one.row);
  one.row.contents = {at_ms(110), at_ms(180)};
  main.sums.add(one.row);
  one.row.fault = record::CompletionFault::stall;
  main.sums.add(one.row);
  run.phases.push_back(std::move(main));
  return run;
}

record::DriveRecord record_with_seed(const analysis::DriveRun& run) {
  record::DriveRecord record = analysis::record_of(run);
  record.settings = {{.name = "seed", .value = std::int64_t{7}}};
  return record;
}

TEST(ProfileExportTest, MetricsHaveAiperfsStatistics) {
  const analysis::DriveRun run = measured();
  const JsonValue json =
      text::parse_json(profile_export_json(run, record_with_seed(run)), "profile_export.json");
  const JsonValue& latency = json.at("request_latency");
  EXPECT_EQ(latency.at("unit").as_string(), "ms");
  EXPECT_EQ(latency.at("avg").as_double(), 60);
  EXPECT_EQ(latency.at("min").as_double(), 40);
  EXPECT_EQ(latency.at("max").as_double(), 80);
  EXPECT_EQ(latency.at("p25").as_double(), 50) << "numpy.percentile([40, 80], 25)";
  EXPECT_DOUBLE_EQ(latency.at("std").as_double(), 28.284271247461902) << "with n - 1";
  EXPECT_EQ(latency.at("count").as_uint(), 2U);
  EXPECT_EQ(latency.at("sum").as_double(), 120);
  EXPECT_EQ(latency.at("quantile_error").as_double(), 0);
  const JsonValue& rate = json.at("request_throughput");
  EXPECT_DOUBLE_EQ(rate.at("avg").as_double(), 25) << "2 / (180 - 100 ms)";
  EXPECT_EQ(rate.find("p50"), nullptr);
  EXPECT_EQ(json.at("error_request_count").at("avg").as_double(), 1);
  EXPECT_EQ(json.at("total_osl").at("avg").as_double(), 10);
  EXPECT_EQ(json.at("overall_usage_prompt_cache_read_pct").at("avg").as_double(), 0);
  EXPECT_EQ(json.at("run_info").at("random_seed").as_uint(), 7U);
  EXPECT_EQ(json.at("error_summary").elements().size(), 1U);
  EXPECT_EQ(json.at("start_time").as_string(), "2026-02-18T12:15:00+00:00");
}

// What reads AIPerf's file reads ours.
TEST(ProfileExportTest, IsReadAsAResultOfAiperf) {
  const analysis::DriveRun run = measured();
  const record::ServingResult result = record::parse_serving_result(
      profile_export_json(run, record_with_seed(run)), "profile_export.json");
  EXPECT_EQ(result.format, record::ResultFormat::aiperf);
  EXPECT_EQ(result.of(record::ServingFigure::ttft_p50_ms), 10);
  EXPECT_EQ(result.of(record::ServingFigure::requests_per_s), 25);
}

TEST(ProfileExportTest, CsvHasTwoTables) {
  const std::string csv = profile_export_csv(measured());
  EXPECT_TRUE(csv.starts_with("Metric,avg,min,max,p1,p5,p10,p25,p50,p75,p90,p95,p99,std\r\n"));
  EXPECT_THAT(csv, HasSubstr("\r\nRequest Latency (ms),60.00,40.00,80.00,40.40,"));
  EXPECT_THAT(csv, HasSubstr("\r\n\r\nMetric,Value\r\n"));
  EXPECT_THAT(csv, HasSubstr("\r\nRequest Count,2.00\r\n"));
  EXPECT_THAT(csv, HasSubstr("\r\nLargest Quantile Error (ratio),0\r\n"));
}

TEST(ProfileExportTest, AnInvalidRunHasNoMetrics) {
  analysis::DriveRun run = measured();
  run.invalidate("model_dropped", "");
  const JsonValue json =
      text::parse_json(profile_export_json(run, record_with_seed(run)), "profile_export.json");
  EXPECT_EQ(json.find("request_latency"), nullptr);
  EXPECT_EQ(json.find("request_count"), nullptr);
  EXPECT_EQ(json.at("runtime_submission_invalid_reasons").elements()[0].as_string(),
            "model_dropped");
  EXPECT_THAT(profile_export_csv(run), Not(HasSubstr("Request")));
}

}  // namespace
}  // namespace spillway::report
