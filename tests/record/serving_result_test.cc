// SPDX-License-Identifier: Apache-2.0
#include "record/serving_result.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "core/error.h"
#include "record/run_json.h"
#include "tests/record/filled_run.h"

namespace spillway::record {
namespace {

using enum ServingFigure;

bool has_remark(const ServingResult& result, std::string_view text) {
  return std::ranges::any_of(result.remarks, [&](const std::string& remark) {
    return remark.find(text) != std::string::npos;
  });
}

// Worked out in filled_run.cc: 2 requests with 100 + 10 tokens each in 10 s; 4 of 10 blocks, and 3
// of 4 reads of an entry of one's own.
TEST(ServingResult, HasTheFiguresOfARecord) {
  const ServingResult result = serving_result(filled_run(), "run");
  EXPECT_EQ(result.format, ResultFormat::record);
  EXPECT_EQ(result.source, "run");
  EXPECT_DOUBLE_EQ(result.of(requests_per_s).value_or(0), 0.2);
  EXPECT_DOUBLE_EQ(result.of(output_tokens_per_s).value_or(0), 2);
  EXPECT_DOUBLE_EQ(result.of(total_tokens_per_s).value_or(0), 22);
  EXPECT_DOUBLE_EQ(result.of(hit_ratio).value_or(0), 0.4);
  EXPECT_DOUBLE_EQ(result.of(hit_ratio_with_own_reads).value_or(0), 0.5);
  EXPECT_DOUBLE_EQ(result.of(ttft_mean_ms).value_or(0), 9);
  EXPECT_DOUBLE_EQ(result.of(end_to_end_mean_ms).value_or(0), 19);
}

TEST(ServingResult, LeavesOutAPercentileOfTooFewRequests) {
  const ServingResult result = serving_result(filled_run(), "run");
  EXPECT_FALSE(result.of(ttft_p50_ms).has_value());
  EXPECT_TRUE(has_remark(result, "2 requests are too few for a p50 of the time to first token"));
  record::Run run = filled_run();
  for (int i = 0; i < 400; ++i) run.observed.completed.ttft.add(9'000'000);
  EXPECT_NEAR(serving_result(run, "run").of(ttft_p99_ms).value_or(0), 9, 0.1);
}

TEST(ServingResult, TellsWhatSpeaksAgainstIt) {
  record::Run run = filled_run();
  run.reasons = {{.code = "rows_dropped", .text = "3 rows were dropped"}};
  run.window.clock = ClockKind::virtual_;
  const ServingResult result = serving_result(run, "run");
  EXPECT_TRUE(has_remark(result, "3 rows were dropped"));
  EXPECT_TRUE(has_remark(result, "virtual time"));
  EXPECT_TRUE(has_remark(result, "1 ms before it was sent"));
}

TEST(ServingResult, IsReadFromTheTextOfARecord) {
  const ServingResult written = serving_result(filled_run(), "run.json");
  const ServingResult read = parse_serving_result(to_json(filled_run()), "run.json");
  EXPECT_EQ(read.format, ResultFormat::record);
  EXPECT_EQ(read.figures, written.figures);
}

TEST(ServingResult, IsReadFromAFileOfAnotherTool) {
  const std::string path = SPILLWAY_SOURCE_DIR "/tests/data/peers/aiperf.json";
  const ServingResult result = load_serving_result(path);
  EXPECT_EQ(result.format, ResultFormat::aiperf);
  EXPECT_EQ(result.source, path);
}

TEST(ServingResult, RefusesWhatIsNoResult) {
  EXPECT_THROW(parse_serving_result("", "x.json"), Error);
  EXPECT_THROW(parse_serving_result(R"({"schema": "other/1", "window": {}})", "x.json"), Error);
  EXPECT_THROW(load_serving_result("/no/such/result.json"), Error);
}

TEST(ServingResult, EachFigureHasANameOfItsOwn) {
  const std::set<std::string_view> names(kServingFigureNames.begin(), kServingFigureNames.end());
  EXPECT_EQ(names.size(), kServingFigures);
  EXPECT_EQ(name_of(end_to_end_p99_ms), "end_to_end_p99_ms");
  EXPECT_EQ(name_of(ResultFormat::mlperf), "mlperf kv-cache benchmark");
}

}  // namespace
}  // namespace spillway::record
