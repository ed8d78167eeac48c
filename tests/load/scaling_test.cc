// SPDX-License-Identifier: Apache-2.0
#include "load/scaling.h"

#include <gtest/gtest.h>

namespace spillway::load {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMs = 1'000'000;

// Hands in windows of one second.
class ScalingTest : public testing::Test {
 protected:
  // What a shard with so many users does in a second: each has one answer of ten tokens.
  Slice slice(std::uint64_t users, std::uint64_t answers) const {
    Slice slice;
    slice.step = step_;
    slice.start = now_;
    slice.end = now_ + kSecond;
    slice.users = users;
    slice.sent = slice.completed = answers;
    slice.output_tokens = 10 * answers;
    slice.ttft.add(8 * kMs, answers);
    slice.tier_time.add(5 * kMs, answers);
    slice.storage_read.add(4 * kMs, answers);
    slice.storage_bytes = answers * 1'000'000;
    return slice;
  }
  void add(Scaling& scaling, const Slice& slice, std::uint64_t times = 1) {
    for (std::uint64_t i = 0; i < times; ++i) {
      Slice next = slice;
      next.start = now_;
      next.end = now_ += kSecond;
      scaling.add(++number_, next);
    }
  }

  Control control_;
  std::uint64_t step_ = 0;
  std::uint64_t number_ = 0;
  std::int64_t now_ = 0;
};

ScalingOptions capacity(std::uint32_t users) {
  ScalingOptions options;
  options.mode = ScalingMode::capacity;
  options.scaler.initial_users = users;
  return options;
}

TEST_F(ScalingTest, AStepThatIsSteadyAtOnceHasTenWindows) {
  Scaling scaling(capacity(20), 1, control_);
  EXPECT_EQ(scaling.window(), std::chrono::seconds(1));
  add(scaling, slice(20, 20), 9);
  EXPECT_EQ(scaling.users(), 20U);
  add(scaling, slice(20, 20));
  EXPECT_EQ(scaling.users(), 28U);  // 40 % more
  const record::Autoscaling result = scaling.result();
  ASSERT_EQ(result.steps.size(), 1U);
  const record::ScalingStep& step = result.steps.front();
  EXPECT_EQ(step.users, 20U);
  EXPECT_EQ(step.users_sending, 20);
  EXPECT_TRUE(step.steady);
  EXPECT_EQ(step.completed_per_s, 20);
  EXPECT_EQ(step.tokens_per_s, (stats::Estimate{.value = 200, .low = 200, .high = 200}));
  EXPECT_NEAR(step.storage_read_p95_ms.value_or(0), 4, 0.016);
  EXPECT_EQ(step.storage_gb_per_s, 0.02);
  EXPECT_EQ(step.action, ScalingAction::scale_up);
  EXPECT_EQ(result.final_users, 28U);
}

TEST_F(ScalingTest, AStepIsCutIntoAsManyWindowsAsTold) {
  ScalingOptions options = capacity(20);
  options.windows = 20;
  Scaling scaling(options, 1, control_);
  EXPECT_EQ(scaling.window(), std::chrono::milliseconds(500));
  add(scaling, slice(20, 20), 19);
  EXPECT_TRUE(scaling.result().steps.empty());
  add(scaling, slice(20, 20));
  EXPECT_EQ(scaling.result().steps.size(), 1U);
}

// Each of 20 answers a second waited for 150 ms: three wait at any time.
TEST_F(ScalingTest, TheQueueIsAsDeepAsWaitingAddsUpTo) {
  Scaling scaling(capacity(20), 1, control_);
  Slice window = slice(20, 20);
  window.waited = 20 * kSecond * 15 / 100;
  add(scaling, window, 10);
  EXPECT_EQ(scaling.result().steps.front().queue_depth, 3);
}

TEST_F(ScalingTest, ASliceOfAStepThatIsOverIsDropped) {
  Scaling scaling(capacity(20), 1, control_);
  add(scaling, slice(20, 20), 10);
  add(scaling, slice(20, 20), 40);  // still of step 0
  EXPECT_EQ(scaling.result().steps.size(), 1U);
  step_ = 1;
  add(scaling, slice(28, 28), 10);
  ASSERT_EQ(scaling.result().steps.size(), 2U);
  EXPECT_EQ(scaling.result().steps.back().completed, 280U);
  EXPECT_EQ(scaling.result().steps.back().start_ns, 50 * kSecond);
}

TEST_F(ScalingTest, TheTransientIsLeftOut) {
  Scaling scaling(capacity(20), 1, control_);
  add(scaling, slice(20, 2));
  add(scaling, slice(20, 9));
  add(scaling, slice(20, 20), 8);
  const record::Autoscaling result = scaling.result();
  ASSERT_EQ(result.steps.size(), 1U);
  EXPECT_EQ(result.steps.front().windows, 8U);
  EXPECT_EQ(result.steps.front().measured_from_ns, 2 * kSecond);
  EXPECT_EQ(result.steps.front().tokens_per_s.value, 200);
}

TEST_F(ScalingTest, AStepThatNeverSettlesEndsAtItsLongest) {
  Scaling scaling(capacity(20), 1, control_);
  for (std::uint64_t i = 0; i < 60; ++i) {
    EXPECT_TRUE(scaling.result().steps.empty());
    add(scaling, slice(20, 20 + i));
  }
  ASSERT_EQ(scaling.result().steps.size(), 1U);
  EXPECT_FALSE(scaling.result().steps.front().steady);
  EXPECT_EQ(scaling.result().steps.front().windows, 30U);
}

// One answer of 40 users in ten seconds: nobody has gone round yet.
TEST_F(ScalingTest, AStepWaitsForTwoAnswersOfEachUser) {
  ScalingOptions options = capacity(40);
  options.mode = ScalingMode::qos;
  Scaling scaling(options, 1, control_);
  add(scaling, slice(40, 4), 19);
  EXPECT_TRUE(scaling.result().steps.empty());
  add(scaling, slice(40, 4));
  EXPECT_EQ(scaling.result().steps.size(), 1U);
}

TEST_F(ScalingTest, SilenceIsNotSteady) {
  Scaling scaling(capacity(20), 1, control_);
  add(scaling, slice(20, 0), 30);
  EXPECT_TRUE(scaling.result().steps.empty());
}

TEST_F(ScalingTest, AWindowIsWholeWhenEveryShardHasHandedItIn) {
  Scaling scaling(capacity(20), 2, control_);
  Slice late = slice(8, 8);
  for (std::uint64_t number = 1; number <= 10; ++number) {
    scaling.add(number, slice(12, 12));
    if (number > 1) scaling.add(number - 1, late);
    late = slice(8, 8);
    now_ += kSecond;
  }
  EXPECT_TRUE(scaling.result().steps.empty());
  scaling.add(10, late);
  ASSERT_EQ(scaling.result().steps.size(), 1U);
  EXPECT_EQ(scaling.result().steps.front().users_sending, 20);
}

TEST_F(ScalingTest, AShardThatHasEndedIsNotWaitedFor) {
  Scaling scaling(capacity(20), 2, control_);
  add(scaling, slice(20, 20), 10);
  EXPECT_TRUE(scaling.result().steps.empty());
  scaling.leave();
  EXPECT_EQ(scaling.result().steps.size(), 1U);
}

TEST_F(ScalingTest, ALoadThatDoesNotFollowTwiceStopsTheRun) {
  Scaling scaling(capacity(20), 1, control_);
  add(scaling, slice(12, 12), 10);
  EXPECT_FALSE(control_.stop_requested());
  step_ = 1;
  add(scaling, slice(12, 12), 10);
  EXPECT_TRUE(control_.stop_requested());
  const record::Autoscaling result = scaling.result();
  EXPECT_FALSE(result.decided());
  EXPECT_NE(result.reason.find("20 users were asked for and 12.0 were sending"), std::string::npos)
      << result.reason;
  EXPECT_EQ(result.steps.back().action, ScalingAction::stop);
}

TEST_F(ScalingTest, ARunThatEndsEarlySaysHowFarItGot) {
  Scaling scaling(capacity(20), 1, control_);
  add(scaling, slice(20, 20), 7);
  const record::Autoscaling result = scaling.result();
  EXPECT_FALSE(result.decided());
  EXPECT_NE(result.reason.find("of 20 users, had 7 windows"), std::string::npos) << result.reason;
}

TEST_F(ScalingTest, PromptsCountWhereThereAreNoAnswers) {
  ScalingOptions options = capacity(20);
  options.counted = Counted::prompts;
  Scaling scaling(options, 1, control_);
  Slice prompts = slice(20, 20);
  prompts.output_tokens = 0;
  prompts.input_tokens = 5000;
  add(scaling, prompts, 10);
  ASSERT_EQ(scaling.result().steps.size(), 1U);
  EXPECT_EQ(scaling.result().steps.front().tokens_per_s.value, 5000);
}

}  // namespace
}  // namespace spillway::load
