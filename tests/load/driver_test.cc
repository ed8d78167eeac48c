// SPDX-License-Identifier: Apache-2.0
#include "load/driver.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/load/scripted.h"

namespace spillway::load {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kSecond = 1'000'000'000;

// A run in virtual time of scripted parts.
class DriverTest : public testing::Test {
 protected:
  DriverTest() {
    std::string path = testing::TempDir() + "spillway-driver-XXXXXX";
    directory_ = ::mkdtemp(path.data());
  }
  ~DriverTest() override { std::filesystem::remove_all(directory_); }

  // Users that a step sets, at its time.
  struct Step {
    Duration at;
    std::uint32_t users;
  };

  record::Requests run(const ScriptedPlan& plan, const DriverOptions& options, Duration service,
                       Duration settling = 0s, Duration stop_after = 0s) {
    async::VirtualClock clock;
    async::Loop loop(clock);
    async::Stop stop;
    record::RequestLog log(directory_ + "/requests.jsonl", {.threaded = false});
    LiveFigures live;
    Recorder recorder(log, live);
    ScriptedTarget target(loop, service, settling);
    Driver driver(loop, plan, target, recorder, options,
                  {.opens = [&] { ++opened_; },
                   .closes = [&] { ++closed_; },
                   .ticks =
                       [&](std::uint64_t number) {
                         tick_numbers_.push_back(number);
                         in_flight_.push_back(live.in_flight);
                         sending_.push_back(driver_->sending());
                         completed_.push_back(recorder.observations().requests.completed);
                       }});
    driver_ = &driver;
    loop.run(async::with_group(loop, stop, [&](async::Group& group) -> async::Task<> {
      group.spawn(driver.run(Time{}, stop));
      for (const Step& step : steps_) {
        async::Stop never;
        co_await loop.sleep_until(Time(step.at), never);
        driver.set_active_users(step.users);
      }
      if (stop_after > 0s) {
        async::Stop never;
        co_await loop.sleep_for(stop_after, never);
        stop.request();
      }
    }));
    most_ = target.most();
    ended_ = clock.now();
    window_ = recorder.closed() - recorder.opened();
    observations_ = recorder.observations();
    return observations_.requests;
  }

  std::string directory_;
  int opened_ = 0;
  int closed_ = 0;
  std::uint64_t most_ = 0;
  Time ended_;
  std::int64_t window_ = 0;
  record::Observations observations_;
  Driver* driver_ = nullptr;
  std::vector<Step> steps_;
  // At every tick:
  std::vector<std::uint64_t> tick_numbers_;
  std::vector<std::uint64_t> in_flight_;
  std::vector<std::uint64_t> sending_;
  std::vector<std::uint64_t> completed_;  // so far
};

TEST_F(DriverTest, AClosedLoopUserSendsOneAfterTheOther) {
  const ScriptedPlan plan(1, 5, 0s);
  const record::Requests requests = run(plan, {.concurrency = 8}, 2s);
  EXPECT_EQ(requests.completed, 5U);
  EXPECT_EQ(most_, 1U);
  EXPECT_EQ(ended_, Time(10s));
  EXPECT_EQ(observations_.completed.queue_wait.max(), 0);
}

TEST_F(DriverTest, AtMostSoManyAreInFlightAndTheWaitIsMeasured) {
  const ScriptedPlan plan(4, 4, 0s);
  const record::Requests requests = run(plan, {.concurrency = 2}, 2s);
  EXPECT_EQ(requests.completed, 4U);
  EXPECT_EQ(most_, 2U);
  EXPECT_EQ(observations_.completed.queue_wait.max(), 2 * kSecond);
  EXPECT_EQ(requests.late, 2U);
}

TEST_F(DriverTest, APlaceIsHeldUntilTheWriteBackIsOver) {
  const ScriptedPlan plan(1, 2, 0s);
  run(plan, {.concurrency = 1}, 1s, 3s);
  EXPECT_EQ(observations_.completed.queue_wait.max(), 3 * kSecond);
  EXPECT_EQ(observations_.completed.write_back.max(), 3 * kSecond);
}

TEST_F(DriverTest, TraceTimeSendsWhateverCameOfTheOthers) {
  const ScriptedPlan plan(1, 10, 1s);
  const record::Requests requests = run(plan, {.arrival = Arrival::trace, .concurrency = 100}, 5s);
  EXPECT_EQ(requests.completed, 10U);
  EXPECT_EQ(most_, 5U);
  EXPECT_EQ(ended_, Time(14s));
}

TEST_F(DriverTest, LatenessCountsFromTheIntendedTime) {
  const ScriptedPlan plan(1, 3, 1s);
  const record::Requests requests = run(plan, {.arrival = Arrival::trace, .concurrency = 1}, 5s);
  EXPECT_EQ(requests.late, 2U);
  EXPECT_EQ(observations_.completed.end_to_end.max(), 13 * kSecond);  // due 2 s, done 15 s
}

TEST_F(DriverTest, WorkAfterTheDeadlineIsAbandonedNotCounted) {
  const ScriptedPlan plan(1, 100, 0s);
  const record::Requests requests = run(plan, {.concurrency = 1, .duration = 5s}, 2s);
  EXPECT_EQ(requests.completed, 2U);
  EXPECT_EQ(requests.abandoned, 1U);
  EXPECT_EQ(requests.offered, 3U);
  EXPECT_EQ(window_, 5 * kSecond);
  EXPECT_EQ(ended_, Time(5s));
}

TEST_F(DriverTest, WhatWasDueButNeverSentIsOffered) {
  const ScriptedPlan plan(1, 100, 1s);
  const record::Requests requests =
      run(plan, {.arrival = Arrival::trace, .concurrency = 1, .duration = 10s}, 100s);
  EXPECT_EQ(requests.completed, 0U);
  EXPECT_EQ(requests.offered, 11U);  // due at 0, 1, ... 10 s
  EXPECT_EQ(requests.abandoned, 11U);
}

TEST_F(DriverTest, TheWarmUpIsLeftOut) {
  const ScriptedPlan plan(1, 100, 0s);
  const record::Requests requests =
      run(plan, {.concurrency = 1, .warm_up = 4s, .duration = 6s}, 2s);
  EXPECT_EQ(requests.warm_up, 2U);
  EXPECT_EQ(requests.completed, 3U);
  EXPECT_EQ(window_, 6 * kSecond);
  EXPECT_EQ(opened_, 1);
  EXPECT_EQ(closed_, 1);
}

TEST_F(DriverTest, AStopFromOutsideEndsCleanly) {
  const ScriptedPlan plan(3, 300, 0s);
  const record::Requests requests = run(plan, {.concurrency = 3}, 2s, 0s, 5s);
  EXPECT_EQ(requests.completed, 6U);
  EXPECT_EQ(requests.abandoned, 3U);
  EXPECT_EQ(ended_, Time(5s));
  EXPECT_EQ(closed_, 1);
}

// Each user takes 1 s a request, so users are requests per second, and requests in flight.
TEST_F(DriverTest, TheLoadFollowsTheActiveUsers) {
  const ScriptedPlan plan(10'000, 1'000'000, 0s);
  steps_ = {{.at = 10250ms, .users = 30}, {.at = 20300ms, .users = 5}};
  run(plan, {.concurrency = 10'000, .duration = 30s, .active_users = 10, .tick = 10s}, 1s);
  EXPECT_EQ(tick_numbers_, (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(sending_, (std::vector<std::uint64_t>{10, 30, 5}));
  EXPECT_EQ(completed_.at(0), 10U * 9);
  EXPECT_EQ(completed_.at(1) - completed_.at(0), 10U * 10 + 20 * 9);
  EXPECT_EQ(completed_.at(2) - completed_.at(1), 20U * 2 + 5 * 2 + 5 * 10);
  EXPECT_EQ(in_flight_, (std::vector<std::uint64_t>{10, 30, 5}));
}

TEST_F(DriverTest, AUserWhoIsParkedEndsHisTurnFirst) {
  const ScriptedPlan plan(2, 20, 0s);
  steps_ = {{.at = 1s, .users = 0}, {.at = 20s, .users = 2}};
  const record::Requests requests =
      run(plan, {.concurrency = 2, .duration = 30s, .active_users = 2}, 4s);
  EXPECT_EQ(requests.completed, 2U + 4);
  EXPECT_EQ(requests.late, 0U);  // the time for which he was parked is not lateness
  EXPECT_EQ(observations_.completed.end_to_end.max(), 4 * kSecond);
}

// A pause of 3 s before each request that takes 1 s. Who is parked while he pauses does not send.
TEST_F(DriverTest, AUserWhoGoesOnPausesFirst) {
  ScriptedPlan plan(1, 20, 0s);
  plan.think = 3s;
  steps_ = {{.at = 5s, .users = 0}, {.at = 10s, .users = 1}};
  const record::Requests requests =
      run(plan, {.think_scale = 1, .concurrency = 1, .duration = 15s, .active_users = 1}, 1s);
  EXPECT_EQ(requests.completed, 2U);  // at 3 s and at 13 s
  EXPECT_EQ(requests.offered, 2U);
}

TEST_F(DriverTest, UsersByTheirClocksAreParkedToo) {
  ScriptedPlan plan(4, 4000, 0s);
  plan.think = 1s;
  steps_ = {{.at = 10500ms, .users = 4}, {.at = 20500ms, .users = 0}};
  const record::Requests requests = run(plan,
                                        {.arrival = Arrival::users,
                                         .think_scale = 1,
                                         .concurrency = 100,
                                         .duration = 30s,
                                         .active_users = 1,
                                         .tick = 10s},
                                        5s);
  EXPECT_EQ(requests.offered, 20U + 3 * 9);  // the three begin at 11.5 s
  EXPECT_EQ(requests.late, 0U);
  EXPECT_EQ(sending_, (std::vector<std::uint64_t>{1, 4, 0}));
}

TEST_F(DriverTest, TicksBeginAfterTheWarmUpAndTheLastIsTheWindowsEnd) {
  const ScriptedPlan plan(1, 1000, 0s);
  run(plan, {.concurrency = 1, .warm_up = 3s, .duration = 8s, .tick = 4s}, 1s);
  EXPECT_EQ(tick_numbers_, (std::vector<std::uint64_t>{1, 2}));
  tick_numbers_.clear();
  run(plan, {.concurrency = 1, .duration = 7s, .tick = 4s}, 1s);
  EXPECT_EQ(tick_numbers_, (std::vector<std::uint64_t>{1}));
}

TEST_F(DriverTest, ShardsShareTheUsers) {
  const ScriptedPlan plan(5, 10, 0s);
  const record::Requests even = run(plan, {.concurrency = 9, .shard = 0, .shards = 2}, 1s);
  const record::Requests odd = run(plan, {.concurrency = 9, .shard = 1, .shards = 2}, 1s);
  EXPECT_EQ(even.completed, 6U);
  EXPECT_EQ(odd.completed, 4U);
}

TEST_F(DriverTest, AClosedLoopUserPausesBeforeEveryRequest) {
  ScriptedPlan plan(1, 3, 0s);
  plan.think = 10s;
  run(plan, {.think_scale = 0.5, .concurrency = 1}, 2s);
  EXPECT_EQ(ended_, Time(21s)) << "three times 5 s and 2 s";
  EXPECT_EQ(observations_.completed.end_to_end.max(), 2 * kSecond) << "a pause is no latency";
}

TEST_F(DriverTest, UsersByTheClockDoNotWaitForAnswers) {
  ScriptedPlan plan(1, 3, 0s);
  plan.think = 1s;
  run(plan, {.arrival = Arrival::users, .think_scale = 1, .concurrency = 10}, 5s);
  EXPECT_EQ(most_, 3U);
  EXPECT_EQ(ended_, Time(8s));
}

TEST_F(DriverTest, RequestsComeAtTheGivenRate) {
  const ScriptedPlan plan(1, 8, 0s);
  const record::Requests requests = run(plan,
                                        {.arrival = Arrival::rate,
                                         .rate = {.gaps = Gaps::constant, .per_second = 2},
                                         .concurrency = 10},
                                        1s);
  EXPECT_EQ(requests.completed, 8U);
  EXPECT_EQ(ended_, Time(5s)) << "the last is due after 4 s";
  EXPECT_EQ(requests.late, 0U);
}

TEST_F(DriverTest, ATurnWaitsForTheTurnBefore) {
  ScriptedPlan plan(3, 9, 0s);
  plan.changeable().has_classes = true;
  plan.conversation = 7;
  const record::Requests requests = run(plan, {.arrival = Arrival::trace, .concurrency = 9}, 2s);
  EXPECT_EQ(requests.completed, 9U);
  EXPECT_EQ(most_, 1U) << "all of one conversation";
  EXPECT_EQ(observations_.completed.queue_wait.max(), 16 * kSecond);
}

// Every tenth is interactive; one place, twice as much work as time.
TEST_F(DriverTest, AnUrgentClassGoesFirstAndTheOthersAreSeenToWait) {
  ScriptedPlan plan(100, 100, 1s);
  plan.changeable().has_classes = true;
  plan.qos_of = [](std::uint64_t index) { return index % 10 == 0 ? Qos::interactive : Qos::batch; };
  run(plan, {.arrival = Arrival::trace, .concurrency = 1, .duration = 100s}, 2s);
  const record::ClassFigures& urgent = observations_.of(Qos::interactive);
  const record::ClassFigures& batch = observations_.of(Qos::batch);
  EXPECT_EQ(urgent.requests.completed, 10U);
  EXPECT_LE(urgent.queue_wait.max(), 2 * kSecond);
  EXPECT_EQ(batch.requests.offered, 90U);
  EXPECT_EQ(batch.requests.completed + batch.requests.abandoned, 90U);
  EXPECT_GE(batch.requests.abandoned, 49U);
  EXPECT_LT(batch.admitted, 42U);
}

TEST_F(DriverTest, ShardsPartAPlanWithClassesByUsers) {
  ScriptedPlan plan(5, 20, 1s);
  plan.changeable().has_classes = true;
  std::uint64_t all = 0;
  for (unsigned shard = 0; shard < 3; ++shard) {
    all += run(plan, {.arrival = Arrival::trace, .concurrency = 9, .shard = shard, .shards = 3}, 1s)
               .completed;
  }
  EXPECT_EQ(all, 20U);
}

}  // namespace
}  // namespace spillway::load
