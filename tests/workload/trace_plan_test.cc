// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "tests/text/temporary_directory.h"
#include "tests/workload/traces.h"
#include "workload/plan.h"
#include "workload/trace_format.h"

namespace spillway::workload {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kHead = "mooncake/conversation_head.jsonl";

std::vector<Request> requests_of(const Plan& plan) {
  std::vector<Request> requests;
  requests.reserve(plan.size());
  const auto cursor = plan.cursor();
  for (std::uint64_t i = 0; i < plan.size(); ++i) requests.push_back(cursor->read(i));
  return requests;
}

// The first block's id of every request, in the plan's order.
std::vector<std::uint64_t> order_of(const Plan& plan) {
  std::vector<std::uint64_t> ids;
  for (const Request& request : requests_of(plan)) ids.push_back(request.prompt.pieces.front().id);
  return ids;
}

std::string hash_of(const std::string& path, const PlanOptions& options = {}) {
  return open_trace(path, options)->summary().hash;
}

// Users, turns and dues told by the plan are those of the requests; nobody's turns go back in time.
void expect_consistent(const Plan& plan) {
  const auto requests = requests_of(plan);
  Tokens input;
  std::uint64_t blocks = 0;
  for (const Request& request : requests) {
    EXPECT_EQ(plan.index_of(request.user, request.turn), request.index);
    EXPECT_EQ(plan.due_of(request.index), request.due);
    input += request.input_tokens;
    blocks += kv::block_keys(request.prompt, plan.summary().block_tokens).size();
  }
  EXPECT_EQ(plan.summary().input_tokens, input);
  EXPECT_EQ(plan.summary().blocks, blocks);
  std::uint64_t dealt = 0;
  for (std::uint32_t user = 0; user < plan.users(); ++user) dealt += plan.requests_of(user);
  EXPECT_EQ(dealt, plan.size());
}

// Three conversations: a (ids 10, 11, 12 at 0, 1, 2 s), b (20, 21 at 0, 5 s), c (30 at 3 s).
class ThreeConversations : public testing::Test {
 protected:
  ThreeConversations() {
    directory.write("a.json", conversation("a", {agentic_request(0, {10}), agentic_request(1, {11}),
                                                 agentic_request(2, {12})}));
    directory.write("b.json",
                    conversation("b", {agentic_request(0, {20}), agentic_request(5, {21})}));
    directory.write("c.json", conversation("c", {agentic_request(3, {30})}));
  }
  const std::string& path() const { return directory.path(); }

  TemporaryDirectory directory;
};

TEST(TracePlan, SumsUpTheMooncakeExcerpt) {
  const auto plan = open_trace(excerpt(kHead), {.users = 3});
  const PlanSummary& summary = plan->summary();
  EXPECT_EQ(summary.format, "mooncake");
  EXPECT_EQ(summary.files, 1U);
  EXPECT_EQ(summary.requests, 40U);
  EXPECT_EQ(summary.users, 3U);
  EXPECT_EQ(summary.block_tokens, Tokens(512));
  expect_consistent(*plan);
}

TEST(TracePlan, CountsTheHitsThatTheRawIdsGive) {
  const std::string head = excerpt(kHead);
  const Reuse raw = raw_reuse_of({head});
  EXPECT_GT(raw.leading_hits, 30U);
  EXPECT_EQ(reuse_of(*open_trace(head, {})), raw);
  EXPECT_EQ(reuse_of(*open_trace(head, {.length_scale = 0.01})), raw);
  const std::string sessions = excerpt("kv-cache-tester");
  const Reuse raw_sessions = raw_reuse_of(trace_files(sessions));
  EXPECT_GT(raw_sessions.leading_hits, 3000U);
  EXPECT_EQ(reuse_of(*open_trace(sessions, {})), raw_sessions);
  EXPECT_EQ(reuse_of(*open_trace(sessions, {.users = 2, .length_scale = 0.125})), raw_sessions);
}

TEST(TracePlan, GivesThePublishedReuseOfTheWholeMooncakeTrace) {
  const std::string path = shared_data("mooncake/conversation_trace.jsonl");
  if (path.empty()) GTEST_SKIP() << "the whole conversation trace is not on this machine";
  const auto plan = open_trace(path, {});
  EXPECT_EQ(plan->size(), 12'031U);
  EXPECT_EQ(plan->summary().span, 3'536'999ms);
  EXPECT_EQ(reuse_of(*plan), (Reuse{.references = 288'500, .leading_hits = 105'710}));
}

TEST(TracePlan, GivesThePublishedReuseOfTheCodingSessions) {
  const std::string path = shared_data("kv-cache-tester");
  if (path.empty()) GTEST_SKIP() << "the directory of coding sessions is not on this machine";
  const auto plan = open_trace(path, {});
  EXPECT_EQ(plan->summary().files, 42U);
  EXPECT_EQ(plan->size(), 1'570U);
  EXPECT_EQ(plan->summary().input_tokens, Tokens(142'189'946));
  EXPECT_EQ(plan->summary().output_tokens, Tokens(678'831));
  EXPECT_EQ(reuse_of(*plan), (Reuse{.references = 2'220'944, .leading_hits = 2'099'894}));
}

TEST(TracePlan, DealsIndependentRequestsOneByOne) {
  const TemporaryDirectory directory;
  const std::string path = directory.write(
      "a.jsonl", mooncake_line(0, {1}) + mooncake_line(0, {2}) + mooncake_line(3000, {3}));
  for (const bool open_loop : {false, true}) {
    const auto plan = open_trace(path, {.users = 2, .open_loop = open_loop});
    EXPECT_THAT(order_of(*plan), ElementsAre(1, 2, 3));
    EXPECT_EQ(plan->requests_of(0), 2U);
    EXPECT_EQ(plan->index_of(0, 1), 2U);
    EXPECT_EQ(plan->due_of(2), 3s);
    expect_consistent(*plan);
  }
}

TEST_F(ThreeConversations, GoOneAfterTheOtherForOneUser) {
  const auto plan = open_trace(path(), {});
  EXPECT_THAT(order_of(*plan), ElementsAre(10, 11, 12, 20, 21, 30));
  expect_consistent(*plan);
}

TEST_F(ThreeConversations, TakeTurnsForSeveralUsers) {
  // User 0 has a and then c, user 1 has b.
  const auto plan = open_trace(path(), {.users = 2});
  EXPECT_THAT(order_of(*plan), ElementsAre(10, 20, 11, 21, 12, 30));
  EXPECT_EQ(plan->requests_of(0), 4U);
  EXPECT_EQ(plan->index_of(0, 3), 5U);
  expect_consistent(*plan);
  expect_consistent(*open_trace(path(), {.users = 5}));
}

TEST_F(ThreeConversations, GoByDueTimeInOpenLoop) {
  const auto plan = open_trace(path(), {.users = 2, .time_scale = 2, .open_loop = true});
  EXPECT_THAT(order_of(*plan), ElementsAre(10, 20, 11, 12, 30, 21));
  EXPECT_EQ(plan->due_of(5), 10s);
  EXPECT_EQ(plan->summary().span, 10s);
  expect_consistent(*plan);
}

TEST_F(ThreeConversations, AreCutToAPrefixOfThePlan) {
  const auto plan = open_trace(path(), {.users = 2, .max_requests = 3});
  EXPECT_THAT(order_of(*plan), ElementsAre(10, 20, 11));
  EXPECT_EQ(plan->summary().span, 1s);
  expect_consistent(*plan);
  EXPECT_EQ(open_trace(path(), {.max_requests = 100})->size(), 6U);
}

TEST_F(ThreeConversations, KeepTheirPauses) {
  EXPECT_EQ(requests_of(*open_trace(path(), {}))[1].think, 1500ms);
  EXPECT_EQ(requests_of(*open_trace(path(), {.time_scale = 0.5}))[1].think, 750ms);
}

TEST(TracePlan, KeepsIdsOfTwoConversationsApart) {
  const TemporaryDirectory directory;
  const std::vector<std::string> same = {agentic_request(0, {1, 2, 3})};
  directory.write("a.json", conversation("one", same));
  directory.write("b.json", conversation("one", same));  // even under the same name
  EXPECT_EQ(reuse_of(*open_trace(directory.path(), {})),
            (Reuse{.references = 6, .leading_hits = 0}));
}

TEST(TracePlan, LetsSubSessionsShareTheIdsOfTheirConversation) {
  const TemporaryDirectory directory;
  const std::string path = directory.write(
      "a.json", conversation("c", {agentic_request(0, {1, 2}),
                                   sub_session(1, {agentic_request(0, {1, 2, 3})})}));
  EXPECT_EQ(reuse_of(*open_trace(path, {})), (Reuse{.references = 5, .leading_hits = 2}));
}

TEST(TracePlan, KeepsTwoMooncakeFilesApart) {
  const TemporaryDirectory directory;
  directory.write("a.jsonl", mooncake_line(0, {1}) + mooncake_line(9000, {2}));
  directory.write("b.jsonl", mooncake_line(7000, {1}) + mooncake_line(8000, {3}));
  const auto plan = open_trace(directory.path(), {});
  EXPECT_THAT(order_of(*plan), ElementsAre(1, 2, 1, 3));
  EXPECT_EQ(reuse_of(*plan).leading_hits, 0U);
  const auto open_loop = open_trace(directory.path(), {.users = 2, .open_loop = true});
  EXPECT_THAT(order_of(*open_loop), ElementsAre(1, 1, 3, 2));  // each file has a clock of its own
  expect_consistent(*open_loop);
}

TEST(TracePlan, HasOneHashForEver) {
  EXPECT_EQ(hash_of(excerpt(kHead)), "96a1c55978ef2b43592da541dd1629c7");
  EXPECT_EQ(hash_of(excerpt("kv-cache-tester")), "73f1a9846facf33a8b4e9a0a4026a205");
}

TEST(TracePlan, HasTheSameHashWhereverTheTraceLies) {
  const TemporaryDirectory directory;
  std::filesystem::copy(excerpt(kHead), directory.file("renamed"));
  EXPECT_EQ(hash_of(directory.file("renamed")), hash_of(excerpt(kHead)));
  std::filesystem::create_directory(directory.file("sessions"));
  std::filesystem::copy(excerpt("kv-cache-tester"), directory.file("sessions"));
  EXPECT_EQ(hash_of(directory.file("sessions")), hash_of(excerpt("kv-cache-tester")));
}

TEST(TracePlan, HasAnotherHashForAnotherPlan) {
  const std::string head = excerpt(kHead);
  const std::string hash = hash_of(head);
  EXPECT_NE(hash_of(head, {.users = 2}), hash);
  EXPECT_NE(hash_of(head, {.max_requests = 39}), hash);
  EXPECT_NE(hash_of(head, {.time_scale = 0.5}), hash);
  EXPECT_NE(hash_of(head, {.length_scale = 0.5}), hash);
  const TemporaryDirectory directory;
  const std::string path = directory.write("a.jsonl", mooncake_line(0, {1}));
  const std::string before = hash_of(path);
  directory.write("a.jsonl", mooncake_line(0, {1}, 11));
  EXPECT_NE(hash_of(path), before);
}

TEST(TracePlan, ReadsInAnyOrderOnSeveralThreads) {
  const auto plan = open_trace(excerpt("kv-cache-tester"), {.users = 3});
  const auto expected = requests_of(*plan);
  const auto backwards = [&] {
    const auto cursor = plan->cursor();
    for (std::uint64_t i = plan->size(); i-- > 0;) {
      EXPECT_EQ(cursor->read(i).input_tokens, expected[i].input_tokens);
    }
  };
  const std::jthread first(backwards);
  const std::jthread second(backwards);
}

TEST(TracePlan, ReadsMoreFilesThanItKeepsOpen) {
  const TemporaryDirectory directory;
  for (std::uint64_t i = 100; i < 180; ++i) {
    const std::string name = std::to_string(i);
    directory.write(name + ".json",
                    conversation(name, {agentic_request(0, {i}), agentic_request(1, {i})}));
  }
  const auto plan = open_trace(directory.path(), {.users = 80});
  const auto ids = order_of(*plan);
  for (std::uint64_t i = 0; i < 160; ++i) EXPECT_EQ(ids[i], 100 + i % 80);
}

TEST(TracePlan, FindsAFaultAnywhereBeforeAnythingRuns) {
  const TemporaryDirectory directory;
  std::string content;
  for (int i = 0; i < 1000; ++i) content += mooncake_line(static_cast<std::uint64_t>(i), {1});
  const std::string path = directory.write("a.jsonl", content + R"({"timestamp": 1000, "inp)");
  EXPECT_THAT(error_of([&] { open_trace(path, {}); }), HasSubstr("a.jsonl:1001: expected"));
  EXPECT_EQ(open_trace(path, {.max_requests = 1000})->size(), 1000U);
}

TEST_F(ThreeConversations, AreAllCheckedWhateverIsTaken) {
  directory.write("c.json", "{\"requests\": [");
  EXPECT_THAT(error_of([&] { open_trace(path(), {.max_requests = 1}); }),
              HasSubstr("c.json:1: byte 14"));
}

TEST(TracePlan, NoticesATraceThatChangesLater) {
  const TemporaryDirectory directory;
  const std::string path =
      directory.write("a.jsonl", mooncake_line(0, {1}) + mooncake_line(0, {2}));
  const auto plan = open_trace(path, {});
  directory.write("a.jsonl", mooncake_line(0, {1}));
  const auto cursor = plan->cursor();
  EXPECT_NO_THROW(cursor->read(0));
  EXPECT_THAT(error_of([&] { cursor->read(1); }), HasSubstr("has changed since it was checked"));
}

TEST(TracePlan, RefusesOptionsThatMakeNoPlan) {
  const std::string head = excerpt(kHead);
  EXPECT_THAT(error_of([&] { open_trace(head, {.users = 0}); }), HasSubstr("users: expected"));
  EXPECT_THAT(error_of([&] { open_trace(head, {.users = 4'000'000'000}); }),
              HasSubstr("users: expected"));
  EXPECT_THAT(error_of([&] { open_trace(head, {.max_requests = 0}); }), HasSubstr("at least one"));
  EXPECT_THAT(error_of([&] { open_trace(head, {.length_scale = -1}); }), HasSubstr("length scale"));
  EXPECT_THAT(error_of([&] { open_trace("/nowhere/trace.jsonl", {}); }), HasSubstr("No such file"));
}

}  // namespace
}  // namespace spillway::workload
