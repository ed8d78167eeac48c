// SPDX-License-Identifier: Apache-2.0
#include "report/autoscaling_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/record/filled_run.h"

namespace spillway::report {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

TEST(AutoscalingText, GivesTheAnswerAndItsSteps) {
  const std::string text = autoscaling_text(record::filled_run());
  EXPECT_THAT(text, HasSubstr("23 users, 95 % CI 21 to 24"));
  EXPECT_THAT(text, HasSubstr("Peak capacity found"));
  EXPECT_THAT(text, ContainsRegex("peak +230"));
  EXPECT_THAT(text, ContainsRegex("\n  20 +20.0 +2.00 +yes +20.0 +200 +60.0 +0.300"));
  EXPECT_THAT(text, ContainsRegex("\n  24 +23.5 .* +stop"));
}

TEST(AutoscalingText, SaysWhatIsNotKnown) {
  record::Autoscaling scaling;
  EXPECT_EQ(answer_text(scaling), "undecided");
  scaling.users_low = 40;
  EXPECT_EQ(answer_text(scaling), "undecided, 95 % CI 40 to -");
  scaling.users = 41;
  EXPECT_EQ(answer_text(scaling), "41 users, 95 % CI 40 to -");
}

TEST(AutoscalingText, LeavesOutTheTailOfALongHold) {
  record::Run run = record::filled_run();
  run.autoscaling->steps.resize(50, run.autoscaling->steps.back());
  EXPECT_THAT(autoscaling_text(run), HasSubstr("and 10 more steps"));
}

TEST(AutoscalingText, IsEmptyWhenTheUsersWereFixed) {
  EXPECT_EQ(autoscaling_text(record::Run{}), "");
}

}  // namespace
}  // namespace spillway::report
