// SPDX-License-Identifier: Apache-2.0
#include "report/mlperf_beside.h"

#include <gtest/gtest.h>

#include <string>

#include "report/run_fio_job.h"
#include "tests/record/filled_run.h"
#include "text/json_reader.h"

namespace spillway::report {
namespace {

text::JsonValue members_of(const record::Run& run) {
  text::JsonWriter json(text::JsonLayout::compact);
  json.begin_object();
  write_mlperf_beside(json, run);
  json.end_object();
  return text::parse_json(json.text(), "result.json");
}

TEST(MlperfBeside, HasTheBucketsByName) {
  const text::JsonValue json = members_of(record::filled_run());
  const text::JsonValue& reads = json.at("device_latency_tracing").at("d2c_read_us");
  ASSERT_EQ(reads.at("buckets").elements().size(), 3U);
  const text::JsonValue& first = reads.at("buckets").elements()[0];
  EXPECT_TRUE(first.at("range_us").elements()[0].is_null()) << "open";
  EXPECT_EQ(first.at("range_us").elements()[1].as_int(), 64);
  const text::JsonValue& second = reads.at("buckets").elements()[1];
  EXPECT_EQ(second.at("range_us").elements()[0].as_int(), 64);
  EXPECT_EQ(second.at("count").as_uint(), 98U);
  EXPECT_EQ(reads.at("raw").elements()[0].as_string(), "@d2c_read_us:");
  EXPECT_EQ(json.find("fio_workload"), nullptr) << "no sizes were counted";
}

TEST(MlperfBeside, HasTheFioJobWhenSizesWereCounted) {
  record::Run run = record::filled_run();
  run.latency_tracing->histograms["bssplit_read_kb"].histogram.buckets = {
      {.low = 1024, .high = 2048, .count = 5}};
  EXPECT_EQ(members_of(run).at("fio_workload").as_string(), run_fio_job(run));
}

TEST(MlperfBeside, ComparesHitRatesInPercent) {
  const text::JsonValue validation = members_of(record::filled_run()).at("validation");
  EXPECT_TRUE(validation.at("passed").as_bool());
  EXPECT_DOUBLE_EQ(validation.at("avg_error_pct").as_double(), 2.5);
  const text::JsonValue& rate = validation.at("comparison").at("cache_hit_rate");
  EXPECT_DOUBLE_EQ(rate.at("benchmark").as_double(), 0.4);
  EXPECT_DOUBLE_EQ(rate.at("trace").as_double(), 0.41);
  EXPECT_DOUBLE_EQ(rate.at("error_pct").as_double(), 2.5);
  EXPECT_TRUE(rate.at("within_5pct").as_bool());
  EXPECT_EQ(validation.at("trace_stats").at("total_requests").as_uint(), 100U);
}

TEST(MlperfBeside, LeavesOutWhatARunDidNotDo) {
  EXPECT_TRUE(members_of(record::Run{}).members().empty());
}

}  // namespace
}  // namespace spillway::report
