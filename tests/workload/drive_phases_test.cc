// SPDX-License-Identifier: Apache-2.0
#include "workload/drive_phases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/error.h"
#include "kv/estimator.h"

namespace spillway::workload {
namespace {

using testing::ElementsAre;

ScenarioSpec spec() {
  return {
      .groups = {{.name = "none", .count = 0},
                 {.name = "A", .count = 2, .seed = 1, .set_name = "first"},
                 {.name = "B", .count = 1, .seed = 2}},
      .phases = {{.name = "warm", .role = PhaseRole::warmup, .prompts = "none"},
                 {.name = "fill", .role = PhaseRole::baseline, .prompts = "A"},
                 {.name = "push", .role = PhaseRole::pressure, .prompts = "B", .concurrency = 3},
                 {.name = "again", .role = PhaseRole::replay, .prompts = "A"}}};
}

TEST(DrivePhasesTest, PhasesOfOneGroupAskForTheSamePromptsInTheSameOrder) {
  const DrivePhases plan = drive_phases(spec(), *kv::make_estimator());
  ASSERT_EQ(plan.phases.size(), 3U) << "a phase without prompts is left out";
  EXPECT_EQ(plan.prompts.size(), 3U);
  EXPECT_THAT(plan.phases[0].prompts, ElementsAre(0, 1));
  EXPECT_EQ(plan.phases[2].prompts, plan.phases[0].prompts);
  EXPECT_THAT(plan.phases[1].prompts, ElementsAre(2));
  EXPECT_EQ(plan.phases[1].concurrency, 3U);
  EXPECT_EQ(plan.prompts[0].id, "A-00000");
  EXPECT_EQ(plan.prompts[0].set, "first");
  EXPECT_EQ(plan.prompts[2].set, "short");
}

TEST(DrivePhasesTest, OnlyAWarmUpStaysOutOfTheFigures) {
  DrivePhase phase;
  phase.role = PhaseRole::warmup;
  EXPECT_FALSE(phase.include());
  phase.role = PhaseRole::pressure;
  EXPECT_TRUE(phase.include());
  EXPECT_EQ(name_of(PhaseRole::replay), "replay");
}

TEST(DrivePhasesTest, PromptsThatAreNotThereAreAnError) {
  ScenarioSpec wrong = spec();
  wrong.phases[1].prompts = "C";
  EXPECT_THROW(drive_phases(wrong, *kv::make_estimator()), Error);
}

TEST(DrivePhasesTest, PromptsThatDoNotFitAreNamed) {
  DrivePhases plan;
  for (int i = 0; i < 25; ++i) {
    DrivePrompt prompt;
    prompt.id = "p" + std::to_string(i);
    prompt.set = "long";
    prompt.tokens_est = i == 0 ? 7680 : 7681;
    plan.prompts.push_back(prompt);
  }
  const PromptPreflight preflight = check_prompts(plan, 8192, 256, 256);
  EXPECT_TRUE(preflight.failed);
  EXPECT_EQ(preflight.ceiling_tokens, 7680);
  EXPECT_EQ(preflight.failures, 24U);
  EXPECT_EQ(preflight.errors.size(), 20U);
  EXPECT_EQ(preflight.errors[0], "long:p1 has 7681 tokens, more than the 7680 that fit");
  plan.prompts.resize(1);
  EXPECT_FALSE(check_prompts(plan, 8192, 256, 256).failed);
  const PromptPreflight nothing = check_prompts(plan, 256, 256, 256);
  EXPECT_TRUE(nothing.failed);
  EXPECT_EQ(nothing.failures, 1U);
}

}  // namespace
}  // namespace spillway::workload
