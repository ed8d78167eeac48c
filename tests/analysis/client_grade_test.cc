// SPDX-License-Identifier: Apache-2.0
#include "analysis/client_grade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace spillway::analysis {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

constexpr ClientFigures kFigures{.cpu_us_per_request = 10, .cpu_us_per_text = 5};

// A second in which so many requests of ten texts each were sent.
DriveRun run_of(std::uint64_t requests, double cpu_s) {
  DriveRun run;
  run.client = kFigures;
  DrivePhaseRun& phase = run.phases.emplace_back();
  phase.name = "main";
  phase.ran = true;
  phase.duration_s = 1;
  phase.sent = requests;
  phase.client_cpu_s = cpu_s;
  const record::PromptFacts prompt;
  record::CallFacts call;
  call.stream = true;
  record::CompletionRow row;
  row.prompt = &prompt;
  row.call = &call;
  row.status = 200;
  row.contents.assign(10, Time(std::chrono::milliseconds(1)));
  for (std::uint64_t i = 0; i < requests; ++i) phase.sums.add(row);
  return run;
}

TEST(ClientGradeTest, RatesFollowFromTheCostOfOne) {
  EXPECT_DOUBLE_EQ(most_requests_per_s(kFigures), 70'000);
  EXPECT_DOUBLE_EQ(most_texts_per_s(kFigures), 140'000);
  EXPECT_EQ(most_requests_per_s({}), 0);
}

TEST(ClientGradeTest, ALightLoadRaisesNoDoubt) {
  const DriveRun run = run_of(1'000, 0.1);
  EXPECT_THAT(client_doubts(run), IsEmpty());
  const auto share = client_share(run.client, run.phases[0]);
  ASSERT_TRUE(share);
  EXPECT_DOUBLE_EQ(share->used, 0.1);
  EXPECT_DOUBLE_EQ(share->expected, 0.06);  // 1,000 x (10 us + 10 x 5 us)
}

TEST(ClientGradeTest, ABusyClientIsDoubted) {
  EXPECT_THAT(client_doubts(run_of(1'000, 0.71)),
              ElementsAre(StartsWith("client_busy: phase main kept its processor busy for 71 %")));
}

TEST(ClientGradeTest, MoreThanTheCalibrationAllowsIsDoubted) {
  EXPECT_THAT(client_doubts(run_of(12'000, 0.6)),
              ElementsAre(StartsWith("beyond_client_rate: phase main is worth 72 %")));
}

TEST(ClientGradeTest, LateSendsAreDoubted) {
  DriveRun run = run_of(1'000, 0.1);
  run.phases[0].late = 10;
  EXPECT_THAT(client_doubts(run), IsEmpty());
  run.phases[0].late = 11;
  EXPECT_THAT(client_doubts(run),
              ElementsAre(StartsWith("sends_late: phase main sent 11 of 1000")));
}

TEST(ClientGradeTest, WithoutCalibrationThereIsAReason) {
  DriveRun run = run_of(1, 0.1);
  run.client.reset();
  run.client_missing = "--calibrate off";
  EXPECT_THAT(client_doubts(run), ElementsAre("client_not_calibrated: --calibrate off"));
}

TEST(ClientGradeTest, PhasesThatDidNotRunSayNothing) {
  DriveRun run = run_of(1'000, 0.9);
  run.phases[0].ran = false;
  EXPECT_THAT(client_doubts(run), IsEmpty());
  EXPECT_FALSE(client_share(run.client, run.phases[0]));
}

}  // namespace
}  // namespace spillway::analysis
