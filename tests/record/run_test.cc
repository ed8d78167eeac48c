// SPDX-License-Identifier: Apache-2.0
#include "record/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "tests/record/filled_run.h"

namespace spillway::record {
namespace {

bool has_reason(const Run& run, std::string_view code) {
  return std::ranges::find(run.reasons, code, &Reason::code) != run.reasons.end();
}

// The figure, or NaN, which equals nothing.
double known(const std::optional<double>& figure) {
  return figure.value_or(std::numeric_limits<double>::quiet_NaN());
}

// A run against which nothing speaks: 1,000 bytes read, 990 of them counted by the device.
Run good_run() {
  record::Run run;
  run.observed.requests.completed = 1;
  run.proof.logical_read_bytes = 1'000;
  run.proof.device_read = DeviceTraffic{.operations = 1, .bytes = 990, .time_ns = 1};
  run.proof.direct = true;
  return run;
}

TEST(Run, DerivesRatiosFromSums) {
  const record::Run run = filled_run();
  EXPECT_DOUBLE_EQ(known(hit_ratio(run.observed.reuse)), 0.4);
  EXPECT_DOUBLE_EQ(known(hit_share(run.observed.reuse, TierId::storage)), 0.3);
  EXPECT_DOUBLE_EQ(known(token_hit_ratio(run.observed.reuse)), 80.0 / 200);
  EXPECT_DOUBLE_EQ(known(achieved_queue_depth(run.observed.engine)), 8.0);
  EXPECT_DOUBLE_EQ(known(ring_idle_ratio(run.observed.engine)), 0.2);
  EXPECT_DOUBLE_EQ(known(cpu_seconds_per_gb(run)), 2.0) << "0.016 s for 8 MB";
  EXPECT_DOUBLE_EQ(known(device_latency_ms(run.proof.device_read)), 1.0);
  EXPECT_DOUBLE_EQ(known(device_queue_depth(run.proof.device_read, run.window)), 0.0006);
  EXPECT_DOUBLE_EQ(known(mean_ms(run.observed.tier(TierId::storage).read.latency)), 2.0);
}

TEST(Run, WhatWasNotMeasuredIsAbsent) {
  const record::Run run;
  EXPECT_FALSE(hit_ratio(run.observed.reuse));
  EXPECT_FALSE(achieved_queue_depth(run.observed.engine));
  EXPECT_FALSE(ring_idle_ratio(run.observed.engine));
  EXPECT_FALSE(cpu_seconds_per_gb(run));
  EXPECT_FALSE(device_latency_ms(run.proof.device_read));
  EXPECT_FALSE(device_queue_depth(DeviceTraffic{}, run.window));
  EXPECT_FALSE(mean_ms(run.observed.completed.ttft));
  EXPECT_FALSE(per_second(5, run.window));
  EXPECT_FALSE(ratio(1.0, 0.0));
}

TEST(Run, IsDecisionGradeWhenNothingSpeaksAgainstIt) {
  record::Run run = good_run();
  grade(run);
  EXPECT_TRUE(run.decision_grade());
}

TEST(Run, SaysWhenAPageCacheServedTheReads) {
  record::Run run = good_run();
  run.proof.device_read = DeviceTraffic{.operations = 1, .bytes = 979, .time_ns = 1};
  grade(run);
  EXPECT_TRUE(has_reason(run, "read_not_from_device"));
}

TEST(Run, SaysWhatElseSpeaksAgainstIt) {
  record::Run run = good_run();
  run.observed.requests.completed = 0;
  run.observed.verification = {.blocks = 9, .corrupted = 1};
  run.proof.direct = false;
  run.recorder.dropped = 1;
  run.observed.tier(TierId::storage).write.add_error(stats::ErrorClass::no_space);
  run.interrupted = Interruption::forced;
  grade(run);
  for (const std::string_view code : {"nothing_completed", "corrupted_blocks", "not_direct",
                                      "recorder_fell_behind", "interrupted", "storage_errors"}) {
    EXPECT_TRUE(has_reason(run, code)) << code;
  }
}

TEST(Run, SaysWhenItsTraceFailedOrHeldItUp) {
  record::Run run = good_run();
  run.io_trace = TraceFile{.path = {}, .stalls = 2, .error = "No space left on device"};
  grade(run);
  EXPECT_TRUE(has_reason(run, "io_trace_failed"));
  EXPECT_TRUE(has_reason(run, "io_trace_fell_behind"));
}

TEST(Run, FindsFactsAndSettingsByName) {
  const record::Run run = filled_run();
  ASSERT_NE(find_fact(run, fact::kCores), nullptr);
  EXPECT_EQ(value_text(*find_fact(run, fact::kCores)), "2");
  EXPECT_EQ(value_text(*find_fact(run, fact::kIoFeatures)), "single_issuer, cooperative");
  EXPECT_EQ(find_fact(run, "no such fact"), nullptr);
  ASSERT_NE(find_setting(run, "seed"), nullptr);
  EXPECT_EQ(find_setting(run, "seed")->origin, Origin::command_line);
  EXPECT_EQ(find_setting(run, "no such setting"), nullptr);
}

TEST(Run, TextOfAValue) {
  EXPECT_EQ(value_text(Value{}), "-");
  EXPECT_EQ(value_text(Value{true}), "yes");
  EXPECT_EQ(value_text(Value{0.125}), "0.125");
}

}  // namespace
}  // namespace spillway::record
