// SPDX-License-Identifier: Apache-2.0
#include "workload/drive_phases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/error.h"
#include "core/sha256.h"
#include "kv/estimator.h"

namespace spillway::workload {
namespace {

using testing::ElementsAre;

// "name:prompts@concurrency" of each phase, with ! for one that is not in the run's figures.
std::vector<std::string> shape_of(const DrivePhaseOptions& options) {
  std::vector<std::string> shape;
  for (const DrivePhase& phase : drive_phases(options, *kv::make_estimator()).phases) {
    shape.push_back(phase.name + ":" + std::to_string(phase.prompts.size()) + "@" +
                    std::to_string(phase.concurrency) + (phase.include ? "" : "!"));
  }
  return shape;
}

DrivePhaseOptions small(DriveScenario scenario) {
  DrivePhaseOptions options;
  options.scenario = scenario;
  options.long_range = {.low = 600, .high = 700};
  options.copilot_prefix_tokens = 512;
  options.rehydrate.prefix_tokens = 512;
  return options;
}

// The harness's table and its defaults (section 4).
TEST(DrivePhasesTest, ScenariosHaveTheirPhases) {
  EXPECT_THAT(shape_of(small(DriveScenario::standard)), ElementsAre("warmup:8@1!", "main:64@1"));
  EXPECT_THAT(shape_of(small(DriveScenario::eviction_replay)),
              ElementsAre("warmup:8@1!", "warm_A:32@1", "pressure_B:64@2", "replay_A:32@1"));
  EXPECT_THAT(shape_of(small(DriveScenario::reuse_verify)),
              ElementsAre("reuse_1:1@1", "reuse_2:1@1", "reuse_3:1@1"));
  EXPECT_THAT(shape_of(small(DriveScenario::local_copilot_burst)),
              ElementsAre("warmup:8@1!", "copilot_burst:64@1"));
  EXPECT_THAT(shape_of(small(DriveScenario::rehydrate_replay)),
              ElementsAre("populate:32@1", "thrash:96@2", "replay:32@1"));
}

TEST(DrivePhasesTest, ConcurrenciesFollowFromEachOther) {
  DrivePhaseOptions options = small(DriveScenario::rehydrate_replay);
  options.concurrency = 2;
  options.populate_concurrency = 8;
  options.replay_repeats = 2;
  EXPECT_THAT(shape_of(options),
              ElementsAre("populate:32@8", "thrash:96@8", "replay:32@8", "replay_2:32@8"));
  options = small(DriveScenario::eviction_replay);
  options.warmup = 0;
  options.concurrency = 3;
  options.eviction_b_concurrency = 1;
  EXPECT_THAT(shape_of(options), ElementsAre("warm_A:32@3", "pressure_B:64@1", "replay_A:32@3"));
  options = small(DriveScenario::reuse_verify);
  options.reuse_repeats = 9;
  EXPECT_EQ(shape_of(options).size(), 3U);
}

TEST(DrivePhasesTest, AReplayAsksForTheSamePromptsInTheSameOrder) {
  const DrivePhases plan =
      drive_phases(small(DriveScenario::rehydrate_replay), *kv::make_estimator());
  EXPECT_EQ(plan.phases[0].prompts, plan.phases[2].prompts);
  EXPECT_EQ(plan.prompts.size(), 128U);
  const DrivePhases eviction =
      drive_phases(small(DriveScenario::eviction_replay), *kv::make_estimator());
  EXPECT_EQ(eviction.prompts[eviction.phases[1].prompts[0]].set, "replay_a");
  EXPECT_EQ(eviction.prompts[eviction.phases[2].prompts[0]].id, "B-00000");
}

// The same bytes on every machine and with every build: of all prompts of a default run, in order.
TEST(DrivePhasesTest, PromptsAreTheSameEverywhere) {
  const auto digest = [](DriveScenario scenario) {
    DrivePhaseOptions options;
    options.scenario = scenario;
    std::string all;
    for (const DrivePrompt& prompt : drive_phases(options, *kv::make_estimator()).prompts) {
      all += prompt.text;
    }
    return sha256_hex(all).substr(0, 16);
  };
  EXPECT_EQ(digest(DriveScenario::standard), "2a981d090f2fc6e9");
  EXPECT_EQ(digest(DriveScenario::eviction_replay), "b49085e83c99666a");
  EXPECT_EQ(digest(DriveScenario::reuse_verify), "3d964a3f66ca4ada");
  EXPECT_EQ(digest(DriveScenario::local_copilot_burst), "f1955e8090d25aea");
  EXPECT_EQ(digest(DriveScenario::rehydrate_replay), "6b2d06aef5bf2c4f");
}

TEST(DrivePhasesTest, OnlyScenariosHaveNames) {
  EXPECT_EQ(drive_scenario_of("reuse_verify"), DriveScenario::reuse_verify);
  EXPECT_THROW(drive_scenario_of("chaos"), Error);
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

// Weakness 17: with the harness's defaults its long prompts never fitted.
TEST(DrivePhasesTest, DefaultRunsPassTheirOwnPreflight) {
  DrivePhaseOptions options;
  options.scenario = DriveScenario::eviction_replay;
  options.eviction_a_requests = 4;
  options.eviction_b_requests = 4;
  options.warmup = 2;
  EXPECT_FALSE(check_prompts(drive_phases(options, *kv::make_estimator()), 8192, 256, 256).failed);
}

}  // namespace
}  // namespace spillway::workload
