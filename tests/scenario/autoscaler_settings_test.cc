// SPDX-License-Identifier: Apache-2.0
#include "scenario/autoscaler_settings.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/scenario/bench_config_of.h"

namespace spillway::scenario {
namespace {

using namespace std::chrono_literals;

TEST(AutoscalerSettings, AreOffUnlessAskedFor) {
  const BenchConfig config = config_of({});
  EXPECT_FALSE(config.scaling.has_value());
  EXPECT_FALSE(config.driver.active_users.has_value());
}

TEST(AutoscalerSettings, DefaultToTheBenchmarks) {
  const BenchConfig config = config_of({{"enable-autoscaling", "on"}, {"num-users", "20"}});
  ASSERT_TRUE(config.scaling.has_value());
  const load::ScalerOptions& scaler = config.scaling->scaler;
  EXPECT_EQ(config.scaling->mode, load::ScalingMode::qos);
  EXPECT_EQ(config.scaling->step, 10s);
  EXPECT_EQ(scaler.initial_users, 20U);
  EXPECT_EQ(scaler.min_users, 1U);
  EXPECT_EQ(scaler.max_users, 10000U);
  EXPECT_EQ(scaler.samples_required, 2U);
  EXPECT_EQ(scaler.target_saturation, 0.8);
  EXPECT_EQ(scaler.scale_up_factor, 1.2);
  EXPECT_EQ(scaler.scale_down_factor, 0.8);
  EXPECT_EQ(scaler.saturation.read_p95_ms, 100);
  EXPECT_EQ(scaler.saturation.write_p95_ms, 50);
  EXPECT_EQ(scaler.saturation.queue_depth, 100);
  EXPECT_EQ(config.scaling->windows, 10U);
}

// The plan has all users there may be, places for them, and those of the start begin.
TEST(AutoscalerSettings, ThePlanHasRoomForAllUsers) {
  const BenchConfig config = config_of({{"enable-autoscaling", "on"},
                                        {"num-users", "20"},
                                        {"autoscaler-max-users", "700"},
                                        {"autoscaler-mode", "capacity"},
                                        {"prefill-only", "on"}});
  EXPECT_EQ(config.workload.personas.users, 700U);
  EXPECT_EQ(config.driver.concurrency, 700U);
  EXPECT_EQ(config.driver.active_users, 20U);
  EXPECT_EQ(config.scaling->mode, load::ScalingMode::capacity);
  EXPECT_EQ(config.scaling->counted, load::Counted::prompts);
}

TEST(AutoscalerSettings, RefuseWhatWouldDoNothing) {
  for (const Setting& row : autoscaler_settings()) {
    if (row.name == "enable-autoscaling") continue;
    const std::string value = row.kind == Kind::choice ? "capacity" : std::string(row.initial);
    const std::string refusal = refusal_of({{std::string(row.name), value}});
    EXPECT_NE(refusal.find("without --enable-autoscaling"), std::string::npos) << row.name;
  }
  const Given capacity = {{"enable-autoscaling", "on"}, {"autoscaler-mode", "capacity"}};
  for (const char* const name : {"target-saturation", "autoscaler-scale-up-factor",
                                 "saturation-detection-read-latency-p95-threshold-ms"}) {
    Given given = capacity;
    given.emplace_back(name, name == std::string("autoscaler-scale-up-factor") ? "2" : "1");
    EXPECT_NE(refusal_of(given).find(name), std::string::npos) << refusal_of(given);
  }
}

TEST(AutoscalerSettings, RefuseALoadWithoutUsersAndUsersOutOfBounds) {
  EXPECT_NE(refusal_of({{"enable-autoscaling", "on"}, {"request-rate", "5"}}).find("--arrival"),
            std::string::npos);
  EXPECT_NE(refusal_of({{"enable-autoscaling", "on"}, {"trace", "t"}}).find("max-users"),
            std::string::npos);
  EXPECT_NE(refusal_of(
                {{"enable-autoscaling", "on"}, {"num-users", "20"}, {"autoscaler-max-users", "10"}})
                .find("--num-users 20"),
            std::string::npos);
  EXPECT_NE(
      refusal_of({{"enable-autoscaling", "on"}, {"num-users", "2"}, {"autoscaler-min-users", "10"}})
          .find("10 to 10000"),
      std::string::npos);
}

}  // namespace
}  // namespace spillway::scenario
