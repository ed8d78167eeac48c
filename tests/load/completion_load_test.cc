// SPDX-License-Identifier: Apache-2.0
#include "load/completion_load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "async/clock.h"
#include "tests/load/piped_server.h"

namespace spillway::load {
namespace {

using async::Group;
using async::Task;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using testing::ElementsAre;

// A server that takes 100 ms for every answer, in virtual time.
class CompletionLoadTest : public testing::Test {
 protected:
  CompletionLoadTest() {
    call_.phase = "main";
    call_.params = "{}";
    prompts_.resize(8);
    for (std::size_t i = 0; i < prompts_.size(); ++i) {
      PlannedCall planned;
      planned.prompt = &prompts_[i];
      planned.call = &call_;
      planned.body = "{}";
      planned.due = i * 50ms;
      calls_.push_back(planned);
    }
  }

  CompletionLoadResult run(const CompletionLoadOptions& options, Duration until = 1000s) {
    PipedServer server(loop_, [this](net::HttpExchange& exchange) -> Task<> {
      const bool slept = co_await loop_.sleep_for(100ms, exchange.gone());
      if (slept)
        co_await exchange.respond(200, "application/json", R"({"choices":[{"text":"x"}]})",
                                  {{"X-Request-Id", "r"}, {"Server", "s"}});
    });
    CompletionLoadResult result;
    loop_.run(async::with_group(loop_, stop_, [&](Group& group) -> Task<> {
      server.serve_in(group);
      CompletionClient client(loop_, server, {.headers = {{"Host", "test"}}, .stream_total = {}});
      CompletionLoad load(loop_, client, UtcTime(),
                          [this](record::CompletionRow row) { rows_.push_back(std::move(row)); });
      async::Stop stop(group.stop());
      async::Alarm alarm(loop_, stop);
      alarm.set(loop_.now() + until);
      result = co_await load.run(calls_, options, stop);
      group.stop().request();
    }));
    return result;
  }

  std::vector<std::int64_t> sent_ms() const {
    std::vector<std::int64_t> at;
    for (const auto& row : rows_) at.push_back(row.sent.time_since_epoch() / 1ms);
    return at;
  }

  async::VirtualClock clock_;
  async::Loop loop_{clock_};
  async::Stop stop_;
  record::CallFacts call_;
  std::vector<record::PromptFacts> prompts_;
  std::vector<PlannedCall> calls_;
  std::vector<record::CompletionRow> rows_;
};

TEST_F(CompletionLoadTest, AClosedLoopHasSoManyWorkers) {
  const CompletionLoadResult result = run({.concurrency = 3});
  EXPECT_THAT(sent_ms(), ElementsAre(0, 0, 0, 100, 100, 100, 200, 200));
  EXPECT_EQ(result.duration, 300ms);
  EXPECT_EQ(result.sent, 8U);
  EXPECT_EQ(result.most_in_flight, 3U);
  EXPECT_EQ(result.unsent + result.dropped + result.late, 0U);
  EXPECT_EQ(rows_.back().index, 8U);
  EXPECT_EQ(rows_[0].request_id, "r");
  EXPECT_THAT(rows_[0].header_hints, ElementsAre(testing::Pair("x-request-id", "r")));
  EXPECT_EQ(rows_[7].start, UtcTime(200ms));
}

TEST_F(CompletionLoadTest, ARampBeginsOneAfterTheOther) {
  run({.concurrency = 4, .ramp = 400ms});
  EXPECT_THAT(sent_ms(), ElementsAre(0, 100, 100, 200, 200, 200, 300, 300));
}

TEST_F(CompletionLoadTest, AnOpenLoopDoesNotWaitForAnswers) {
  const CompletionLoadResult result =
      run({.schedule = CallSchedule::rate, .rate = {.gaps = Gaps::constant, .per_second = 50}});
  EXPECT_THAT(sent_ms(), ElementsAre(20, 40, 60, 80, 100, 120, 140, 160));
  EXPECT_EQ(result.most_in_flight, 5U);
  EXPECT_EQ(rows_[3].due, rows_[3].sent);
}

TEST_F(CompletionLoadTest, ATraceSaysWhen) {
  const CompletionLoadResult result = run({.schedule = CallSchedule::trace});
  EXPECT_THAT(sent_ms(), ElementsAre(0, 50, 100, 150, 200, 250, 300, 350));
  EXPECT_EQ(result.sent, 8U);
}

// One is due every 60 ms and an answer takes 100: with one place every second one is dropped.
TEST_F(CompletionLoadTest, WhatIsDueBeyondTheLimitIsDroppedAndCounted) {
  for (std::size_t i = 0; i < calls_.size(); ++i) calls_[i].due = i * 60ms;
  const CompletionLoadResult result = run({.schedule = CallSchedule::trace, .in_flight = 1});
  EXPECT_EQ(result.sent + result.dropped, 8U);
  EXPECT_EQ(result.dropped, 4U);
}

TEST_F(CompletionLoadTest, SessionsThinkBetweenTheirTurns) {
  for (std::size_t i = 0; i < prompts_.size(); ++i) {
    prompts_[i].session_id = i % 2 == 0 ? "a" : "b";
  }
  run({.schedule = CallSchedule::sessions, .concurrency = 2, .think = 1s});
  EXPECT_THAT(sent_ms(), ElementsAre(0, 0, 1100, 1100, 2200, 2200, 3300, 3300));
  EXPECT_EQ(rows_[0].prompt->session_id, "a");
  EXPECT_EQ(rows_[1].prompt->session_id, "b");
}

TEST_F(CompletionLoadTest, AStopEndsItAndEverythingIsCounted) {
  const CompletionLoadResult result = run({.concurrency = 2}, 150ms);
  EXPECT_EQ(result.sent, 4U);
  EXPECT_EQ(result.unsent, 4U);
  EXPECT_EQ(rows_.back().fault, record::CompletionFault::stopped);
}

}  // namespace
}  // namespace spillway::load
