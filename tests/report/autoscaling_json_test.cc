// SPDX-License-Identifier: Apache-2.0
#include "report/autoscaling_json.h"

#include <gtest/gtest.h>

#include "tests/record/filled_run.h"

namespace spillway::report {
namespace {

// Made at 03:04:05; the first step ended 3.5 s into the run, the second 9 s.
constexpr const char* kFirst =
    R"({"timestamp":"2026-01-02T03:04:08.500000Z","mode":"capacity","action":"scale_up","users":24,)"
    R"("saturation_level":0.3,"read_latency_p95_ms":60,"write_latency_p95_ms":7,)"
    R"("throughput_tokens_per_sec":200})";
constexpr const char* kLast =
    R"({"timestamp":"2026-01-02T03:04:14.000000Z","mode":"capacity","action":"stop","users":23,)"
    R"("saturation_level":0.9,"peak_throughput_tokens_per_sec":230.5)";

TEST(AutoscalingJson, ListsChangesAndTheStop) {
  EXPECT_EQ(autoscaling_stats_json(record::filled_run(), AutoscalingDialect::y2026),
            "[" + std::string(kFirst) + "," + kLast + "}]");
}

TEST(AutoscalingJson, TheOldDialectsLastRecordHasAReason) {
  EXPECT_EQ(autoscaling_stats_json(record::filled_run(), AutoscalingDialect::y2025),
            "[" + std::string(kFirst) + "," + kLast +
                R"(,"reason":"Peak capacity found","peak_throughput":230.5}])");
}

TEST(AutoscalingJson, StepsThatChangeNothingAreNoRecords) {
  record::Run run = record::filled_run();
  for (record::ScalingStep& step : run.autoscaling->steps) {
    step.action = record::ScalingAction::hold;
  }
  EXPECT_EQ(autoscaling_stats_json(run, AutoscalingDialect::y2026), "[]");
}

TEST(AutoscalingJson, Summarises) {
  record::Run run = record::filled_run();
  EXPECT_EQ(autoscaling_summary_json(run),
            R"({"initial_users":20,"final_users":23,"total_scale_events":1,"peak_user_count":23,)"
            R"("peak_throughput_tokens_per_sec":230.5})");
  run.autoscaling->mode = record::ScalingMode::qos;
  EXPECT_EQ(autoscaling_summary_json(run),
            R"({"initial_users":20,"final_users":23,"total_scale_events":1})");
}

TEST(AutoscalingJson, APeakThatWasNotFoundIsNull) {
  record::Run run = record::filled_run();
  run.autoscaling->users.reset();
  run.autoscaling->peak_tokens_per_s.reset();
  const std::string text = autoscaling_summary_json(run);
  EXPECT_NE(text.find(R"("peak_user_count":null,"peak_throughput_tokens_per_sec":null)"),
            std::string::npos)
      << text;
}

TEST(AutoscalingJson, IsEmptyWhenTheUsersWereFixed) {
  EXPECT_EQ(autoscaling_stats_json(record::Run{}, AutoscalingDialect::y2026), "[]");
  EXPECT_EQ(autoscaling_summary_json(record::Run{}), "null");
}

}  // namespace
}  // namespace spillway::report
