// SPDX-License-Identifier: Apache-2.0
#include "load/autoscaler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <vector>

namespace spillway::load {
namespace {

using Users = std::vector<std::uint32_t>;

// A server that gives each user one token a second up to `knee` of them, and no more beyond; a read
// takes 4 ms below it, and each user more then adds as much as is said.
struct Server {
  double knee = 100;
  double each_ms = 4;
  double uncertain = 0.001;  // half of every interval, as a share

  stats::Estimate known_to(double value) const {
    return {.value = value, .low = value * (1 - uncertain), .high = value * (1 + uncertain)};
  }
  StepFigures at(std::uint32_t users) const {
    const double served = std::min<double>(users, knee);
    return {.users = users,
            .tokens_per_s = known_to(served),
            .storage = {.gb_per_s = served / 10,
                        .read_p95_ms = known_to(4 + each_ms * std::max(0.0, users - knee)),
                        .write_p95_ms = {}}};
  }
};

// The users of each step until the search stops or has had so many.
Users search(Scaler& scaler, std::uint32_t users, const Server& server, std::size_t most_steps) {
  Users tried;
  while (tried.size() < most_steps) {
    tried.push_back(users);
    const Decision next = scaler.decide(server.at(users));
    if (next.action == ScalingAction::stop) break;
    users = next.users;
  }
  return tried;
}

// The published ladder of a run from 20 users with no signal.
TEST(QosScaler, GrowsByAFifthWhileNothingIsSaturated) {
  QosScaler scaler({.initial_users = 20});
  EXPECT_EQ(search(scaler, 20, {.knee = 1e6}, 9), (Users{20, 24, 28, 33, 39, 46, 55, 66, 79}));
  EXPECT_FALSE(scaler.answer().users.has_value());
  EXPECT_NE(scaler.answer().reason.find("more were not tried"), std::string::npos);
}

TEST(QosScaler, AlsoGrowsFromOneUser) {
  QosScaler scaler({});
  EXPECT_EQ(search(scaler, 1, {.knee = 1e6}, 7), (Users{1, 2, 3, 4, 5, 6, 7}));
}

// 0.8 times as many after two steps that are saturated, then three that only wait.
TEST(QosScaler, ShrinksAfterTwoStepsAndThenWaitsForThree) {
  QosScaler scaler({.initial_users = 200});
  // The count is not cleared by what it led to: after the wait the next saturated step acts at
  // once.
  EXPECT_EQ(search(scaler, 200, {.knee = 100}, 7), (Users{200, 200, 160, 160, 160, 160, 128}));
}

// Saturation 0.8 of 100 ms is 80 ms: 19 users above the knee; the band is 17 to 21.
TEST(QosScaler, SettlesWhereSaturationIsTheTarget) {
  QosScaler scaler({.initial_users = 20});
  const Users tried = search(scaler, 20, {.knee = 100}, 60);
  EXPECT_GE(tried.back(), 116U);
  EXPECT_LE(tried.back(), 121U);
  EXPECT_EQ(scaler.answer().users, tried.back());
  EXPECT_LE(scaler.answer().low.value_or(0), tried.back());
  EXPECT_GE(scaler.answer().high.value_or(0), tried.back());
  EXPECT_EQ(*std::prev(tried.end(), 10), tried.back());  // and stays there
}

TEST(QosScaler, FollowsASystemThatBecomesSlower) {
  QosScaler scaler({.initial_users = 20});
  const Users before = search(scaler, 20, {.knee = 100}, 60);
  const Users after = search(scaler, before.back(), {.knee = 60}, 80);
  EXPECT_LE(after.back(), 85U);
  EXPECT_GE(after.back(), 70U);
}

TEST(QosScaler, KeepsToItsBounds) {
  QosScaler most({.initial_users = 20, .max_users = 30});
  EXPECT_EQ(search(most, 20, {.knee = 1e6}, 5), (Users{20, 24, 28, 30, 30}));
  QosScaler fewest({.initial_users = 20, .min_users = 18});
  const Users tried = search(fewest, 20, {.knee = 1, .each_ms = 40}, 30);
  EXPECT_EQ(tried.back(), 18U);
  EXPECT_FALSE(fewest.answer().users.has_value());
  EXPECT_NE(fewest.answer().reason.find("were too many"), std::string::npos);
}

// 10 + 5 (the least jump) + ... until 20 % are more than 5; 100 at most.
TEST(CapacityScaler, JumpsByTwoFifthsThenByAFifth) {
  CapacityScaler small({.initial_users = 10});
  EXPECT_EQ(search(small, 10, {.knee = 1e6}, 6), (Users{10, 15, 20, 25, 30, 36}));
  CapacityScaler large({.initial_users = 100});
  EXPECT_EQ(search(large, 100, {.knee = 1e6}, 4), (Users{100, 140, 168, 201}));
  CapacityScaler huge({.initial_users = 1000});
  EXPECT_EQ(search(huge, 1000, {.knee = 1e6}, 3), (Users{1000, 1100, 1200}));
}

TEST(CapacityScaler, FindsTheKneeAfterTwoStepsWithoutGain) {
  for (const double knee : {7.0, 33.0, 100.0, 777.0, 4000.0}) {
    CapacityScaler scaler({.initial_users = 10});
    const Users tried = search(scaler, 10, {.knee = knee}, 200);
    const Answer answer = scaler.answer();
    ASSERT_TRUE(answer.users.has_value()) << knee;
    EXPECT_NEAR(*answer.users, knee, std::max(1.0, 0.05 * knee));
    EXPECT_NEAR(answer.peak_tokens_per_s.value_or(0), knee, 0.011 * knee);
    EXPECT_LE(answer.low, answer.users);
    EXPECT_GE(answer.high, answer.users);
    EXPECT_EQ(answer.reason, "Peak capacity found");
    EXPECT_LT(tried.size(), 70U);
  }
}

TEST(CapacityScaler, TheIntervalIsAsWideAsTheStepsAreUncertain) {
  const auto width = [](double uncertain) {
    CapacityScaler scaler({.initial_users = 10});
    search(scaler, 10, {.knee = 100, .uncertain = uncertain}, 100);
    const Answer answer = scaler.answer();
    return answer.high.value_or(0) - answer.low.value_or(0);
  };
  EXPECT_LE(width(0.001), 6U);
  EXPECT_GT(width(0.05), width(0.001));
}

TEST(CapacityScaler, SaysWhatKeptItFromAnAnswer) {
  CapacityScaler none({});
  EXPECT_NE(none.answer().reason.find("no step"), std::string::npos);
  CapacityScaler early({.initial_users = 10});
  search(early, 10, {.knee = 1e6}, 3);
  EXPECT_FALSE(early.answer().users.has_value());
  EXPECT_NE(early.answer().reason.find("still rose at 20 users"), std::string::npos)
      << early.answer().reason;
  CapacityScaler bounded({.initial_users = 10, .max_users = 18});
  const Users tried = search(bounded, 10, {.knee = 1e6}, 30);
  EXPECT_EQ(tried, (Users{10, 15, 18}));
  EXPECT_FALSE(bounded.answer().users.has_value());
  EXPECT_NE(bounded.answer().reason.find("the most allowed"), std::string::npos);
}

TEST(SaturationMeter, IsHalfTheLatencysShareUntilMoreUsersBringNoMore) {
  SaturationMeter meter({.read_p95_ms = 100, .write_p95_ms = 50});
  const auto step = [](double rate, double read_ms, double write_ms) {
    return StorageFigures{.gb_per_s = rate,
                          .read_p95_ms = {.value = read_ms, .low = read_ms, .high = read_ms},
                          .write_p95_ms = {.value = write_ms, .low = write_ms, .high = write_ms}};
  };
  meter.add(20, step(1.0, 80, 0));
  EXPECT_DOUBLE_EQ(meter.of(20).value, 0.4);
  meter.add(24, step(1.2, 90, 0));  // the rate follows
  EXPECT_DOUBLE_EQ(meter.of(24).value, 0.45);
  meter.add(30, step(1.21, 90, 60));  // it does not, and writes are at 1.2 of their threshold
  EXPECT_DOUBLE_EQ(meter.of(30).value, 1);
  meter.add(25, step(1.2, 90, 0));  // judged by 20
  EXPECT_DOUBLE_EQ(meter.of(25).value, 0.45);
  meter.add(26, step(1.25, 300, 0));  // twice the threshold is enough in any case
  EXPECT_DOUBLE_EQ(meter.of(26).value, 1);
}

TEST(SaturationMeter, WhatMoreUsersShowTellsAboutFewer) {
  SaturationMeter meter({});
  const StorageFigures figures = {.gb_per_s = 3, .read_p95_ms = {90, 85, 95}, .write_p95_ms = {}};
  meter.add(100, figures);
  EXPECT_DOUBLE_EQ(meter.of(100).value, 0.45);
  meter.add(130, figures);
  EXPECT_DOUBLE_EQ(meter.of(100).value, 0.9);
  EXPECT_DOUBLE_EQ(meter.of(100).low, 0.85);
}

TEST(SaturationMeter, AQueueOfTheThresholdIsSaturationOnThePlateau) {
  SaturationMeter meter({.queue_depth = 40});
  const StorageFigures figures = {
      .gb_per_s = 3, .read_p95_ms = {10, 10, 10}, .write_p95_ms = {}, .queue_depth = 40};
  meter.add(100, figures);
  EXPECT_DOUBLE_EQ(meter.of(100).value, 0.5);
  meter.add(130, figures);
  EXPECT_DOUBLE_EQ(meter.of(100).value, 1);
}

TEST(SaturationMeter, ABacklogThatGrowsIsSaturation) {
  SaturationMeter meter({});
  meter.add(10, {.gb_per_s = 1, .read_p95_ms = {}, .write_p95_ms = {}, .falls_behind = true});
  EXPECT_DOUBLE_EQ(meter.of(10).value, 1);
}

}  // namespace
}  // namespace spillway::load
