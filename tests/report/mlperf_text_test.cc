// SPDX-License-Identifier: Apache-2.0
#include "report/mlperf_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/record/filled_run.h"

namespace spillway::report {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(MlperfText, IsEmptyForARunWithoutClassesAndEntries) {
  const record::Run run;
  EXPECT_EQ(classes_text(run), "");
  EXPECT_EQ(entries_text(run), "");
  EXPECT_EQ(rates_text(run), "");
  EXPECT_EQ(assessment_text(run), "");
  EXPECT_EQ(hints_text(run), "");
}

TEST(MlperfText, ShowsWhatBecameOfEachClass) {
  record::Run run = record::filled_run();
  record::RequestRow starved;
  starved.flags |= record::RequestRow::kClassed;
  starved.qos = Qos::batch;
  starved.status = record::Status::abandoned;
  for (int i = 0; i < 7; ++i) run.observed.add(starved);
  const std::string text = classes_text(run);
  EXPECT_THAT(text, HasSubstr("abandoned"));
  EXPECT_THAT(text, testing::ContainsRegex("offered +0 +1 +7"));
  EXPECT_THAT(text, testing::ContainsRegex("admitted +0 +1 +0"));
  EXPECT_THAT(text, testing::ContainsRegex("first token in time +- +100.00 %, met +-"));
  EXPECT_THAT(text, testing::ContainsRegex("first token, p99 +- +60.0 ms: 100.00 %, met +-"));
  EXPECT_THAT(text, testing::ContainsRegex("first token, p999 +- +8.00 ms: 0.00 %, NOT met +-"));
}

TEST(MlperfText, TellsReuseByPurposeAndDecodeApart) {
  const std::string text = entries_text(record::filled_run());
  EXPECT_THAT(text, testing::ContainsRegex("system prompt +1 +1 +100"));
  EXPECT_THAT(text, testing::ContainsRegex("history +4 +2 +50"));
  EXPECT_THAT(text, Not(HasSubstr("retrieval"))) << "nobody asked";
  EXPECT_THAT(text, HasSubstr("3 read for decoding, 1 gone"));
}

TEST(MlperfText, MarksEveryCriterion) {
  const std::string text = assessment_text(record::filled_run());
  EXPECT_THAT(text, testing::AnyOf(HasSubstr("PASS"), HasSubstr("FAIL")));
  EXPECT_THAT(text, HasSubstr("Storage read P95, device"));
  EXPECT_THAT(hints_text(record::filled_run()), Not(testing::IsEmpty()));
}

}  // namespace
}  // namespace spillway::report
