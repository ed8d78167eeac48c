// SPDX-License-Identifier: Apache-2.0
#include "serve/faults.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <vector>

#include "core/error.h"

namespace spillway::serve {
namespace {

using namespace std::chrono_literals;

FaultPlan plan_of(const std::string& faults, Time now = {}) {
  return FaultPlan::parse(R"({"seed":1,"faults":[)" + faults + "]}", "plan", now);
}

// What the parser says of a plan; empty when it takes it.
std::string complaint_of(const std::string& json) {
  try {
    FaultPlan::parse(json, "plan", {});
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}
std::string complaint_of_fault(const std::string& fault) {
  return complaint_of(R"({"faults":[)" + fault + "]}");
}

// On which of `count` requests, from 1, something happens.
std::vector<int> hit_requests(FaultPlan plan, int count) {
  std::vector<int> hit;
  for (int i = 1; i <= count; ++i) {
    if (plan.on_request({})) hit.push_back(i);
  }
  return hit;
}

TEST(FaultPlan, DoesNothingWhenItIsEmpty) {
  FaultPlan plan;
  EXPECT_TRUE(plan.empty());
  EXPECT_FALSE(plan.on_request({}));
  EXPECT_FALSE(plan.models_empty({}));
  EXPECT_EQ(plan.on_disk({}).error_number, 0);
  EXPECT_EQ(plan.to_json(), R"({"seed":0,"faults":[]})");
}

TEST(FaultPlan, AnswersWithTheStatusThatWasSet) {
  FaultPlan plan = plan_of(R"({"kind":"status","status":429,"retry_after_s":2})");
  const auto fault = plan.on_request({});
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, FaultKind::status);
  EXPECT_EQ(fault->status, 429);
  EXPECT_EQ(fault->retry_after_s, 2U);
}

TEST(FaultPlan, HappensToTheNextSoManyOrToEveryNth) {
  EXPECT_THAT(hit_requests(plan_of(R"({"kind":"error_in_200","next":2})"), 6),
              testing::ElementsAre(1, 2));
  EXPECT_THAT(hit_requests(plan_of(R"({"kind":"error_in_200","every":3})"), 7),
              testing::ElementsAre(3, 6));
  EXPECT_THAT(hit_requests(plan_of(R"({"kind":"error_in_200","every":2,"next":2})"), 9),
              testing::ElementsAre(2, 4));
}

// 10,000 draws of 0.1: 1000 on average with a standard deviation of 30; five of them are allowed.
TEST(FaultPlan, HappensByChanceAndTheSameEachTime) {
  const FaultPlan plan = plan_of(R"({"kind":"malformed_sse","rate":0.1})");
  const std::vector<int> hit = hit_requests(plan, 10'000);
  EXPECT_NEAR(static_cast<double>(hit.size()), 1000, 150);
  EXPECT_EQ(hit_requests(plan, 10'000), hit);
  EXPECT_TRUE(hit_requests(plan_of(R"({"kind":"malformed_sse","rate":0})"), 1000).empty());
  EXPECT_EQ(hit_requests(plan_of(R"({"kind":"malformed_sse","rate":1})"), 1000).size(), 1000U);
}

TEST(FaultPlan, AsksTheNextFaultOnlyWhenTheFirstHasNoTurn) {
  FaultPlan plan = plan_of(R"({"kind":"cut","after_bytes":200,"next":1},{"kind":"malformed_sse"})");
  const auto first = plan.on_request({});
  const auto second = plan.on_request({});
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->kind, FaultKind::cut);
  EXPECT_EQ(first->after_bytes, 200U);
  EXPECT_EQ(second->kind, FaultKind::malformed_sse);
  EXPECT_EQ(plan.injected(FaultKind::cut), 1U);
  EXPECT_EQ(plan.injected(FaultKind::malformed_sse), 1U);
}

TEST(FaultPlan, StallsForAsLongAsItSaysOrUntilTheClientGivesUp) {
  EXPECT_EQ(plan_of(R"({"kind":"stall_after_headers","for_s":5})").on_request({})->stall, 5s);
  EXPECT_FALSE(plan_of(R"({"kind":"stall_after_headers"})").on_request({})->stall);
}

TEST(FaultPlan, EndsWithItsWindow) {
  const Time set(10s);
  FaultPlan plan = plan_of(R"({"kind":"models_empty","for_s":3})", set);
  EXPECT_TRUE(plan.models_empty(set));
  EXPECT_TRUE(plan.models_empty(set + 2999ms));
  EXPECT_FALSE(plan.models_empty(set + 3s));
  EXPECT_FALSE(plan.on_request(set));
}

TEST(FaultPlan, ResetsCountersOnceUnlessToldOtherwise) {
  FaultPlan plan = plan_of(R"({"kind":"metrics_reset"})");
  EXPECT_TRUE(plan.on_metrics(MetricsPage::kvbm, {}).reset);
  EXPECT_FALSE(plan.on_metrics(MetricsPage::kvbm, {}).reset);
}

TEST(FaultPlan, HidesNamesOrAWholePage) {
  FaultPlan plan = plan_of(
      R"({"kind":"metrics_missing","names":["a","b"]},{"kind":"metrics_missing","page":"kvbm"})");
  const MetricsFault frontend = plan.on_metrics(MetricsPage::frontend, {});
  EXPECT_FALSE(frontend.missing);
  EXPECT_THAT(frontend.hidden, testing::ElementsAre("a", "b"));
  EXPECT_TRUE(plan.on_metrics(MetricsPage::kvbm, {}).missing);
}

TEST(FaultPlan, SlowsAndFailsTransfers) {
  FaultPlan plan = plan_of(
      R"({"kind":"slow_disk","add_ms":20},{"kind":"failing_disk","errno":"ENOSPC","every":2})");
  EXPECT_EQ(plan.on_disk({}).delay, 20ms);
  EXPECT_EQ(plan.on_disk({}).error_number, ENOSPC);
  EXPECT_EQ(plan_of(R"({"kind":"failing_disk"})").on_disk({}).error_number, EIO);
}

TEST(FaultPlan, SaysWhatItIsAndWhatItHasDone) {
  FaultPlan plan = plan_of(R"({"kind":"status","next":1,"retry_after_s":1})");
  plan.on_request({});
  plan.on_request({});
  EXPECT_EQ(plan.to_json(),
            R"({"seed":1,"faults":[{"kind":"status","rate":1,"every":1,"next":1,"status":503,)"
            R"("retry_after_s":1,"asked":1,"injected":1}]})");
}

TEST(FaultPlan, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(complaint_of("[]"), testing::HasSubstr("plan"));
  EXPECT_THAT(complaint_of(R"({"fault":[]})"), testing::HasSubstr("plan: fault: expected seed or"));
  EXPECT_THAT(complaint_of_fault("{}"), testing::HasSubstr("kind"));
  EXPECT_THAT(complaint_of_fault(R"({"kind":"fire"})"), testing::HasSubstr("found \"fire\""));
  EXPECT_THAT(complaint_of_fault(R"({"kind":"cut","status":500})"), testing::HasSubstr("status"));
  EXPECT_THAT(complaint_of_fault(R"({"kind":"failing_disk","errno":"EWHAT"})"),
              testing::HasSubstr("expected EIO, ENOSPC"));
  EXPECT_THAT(complaint_of_fault(R"({"kind":"metrics_missing"})"),
              testing::HasSubstr("expected names or a page"));
  EXPECT_THAT(complaint_of_fault(R"({"kind":"slow_disk"})"), testing::HasSubstr("add_ms"));
}

TEST(FaultPlan, RefusesNumbersOutOfTheirRange) {
  EXPECT_THAT(complaint_of_fault(R"({"kind":"cut","rate":1.5})"), testing::HasSubstr("rate"));
  EXPECT_THAT(complaint_of_fault(R"({"kind":"cut","every":0})"), testing::HasSubstr("every"));
  EXPECT_THAT(complaint_of_fault(R"({"kind":"cut","next":-1})"), testing::HasSubstr("next"));
  EXPECT_THAT(complaint_of_fault(R"({"kind":"status","status":200})"),
              testing::HasSubstr("a status from 400 to 599"));
  EXPECT_THAT(complaint_of_fault(R"({"kind":"models_empty","for_s":1e300})"),
              testing::HasSubstr("0 to 86400 seconds"));
}

}  // namespace
}  // namespace spillway::serve
