// SPDX-License-Identifier: Apache-2.0
#include "workload/requests_jsonl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "tests/text/temporary_directory.h"
#include "workload/content_id.h"

namespace spillway::workload {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::EndsWith;
using testing::HasSubstr;

// A line with two counts and what `more` adds: `"turn":2`.
std::string line(const std::string& more = "") {
  return R"({"context_tokens":10,"generate_tokens":5)" + (more.empty() ? "" : "," + more) + "}\n";
}

RequestList list_of(const std::string& content, std::optional<std::uint64_t> most = std::nullopt) {
  const TemporaryDirectory directory;
  return read_requests_jsonl(directory.write("a.jsonl", content), most);
}

// "user/conversation/turn" of every request.
std::vector<std::string> places_of(const std::string& content) {
  std::vector<std::string> places;
  for (const ListedRequest& request : list_of(content).requests) {
    places.push_back(std::to_string(request.user) + "/" + std::to_string(request.conversation) +
                     "/" + std::to_string(request.turn));
  }
  return places;
}

TEST(RequestsJsonl, ReadsEveryKey) {
  const RequestList list =
      list_of(R"({"id":"r-1","user":"ann","conversation":17,"turn":3,"context_tokens":1073741824,)"
              R"("generate_tokens":0,"qos":"batch","phase":"decode","key":"../a/b","due_s":1.25})");
  EXPECT_EQ(list.format, "requests");
  EXPECT_TRUE(list.timed);
  EXPECT_EQ(list.users, 1U);
  EXPECT_EQ(list.conversations, 1U);
  EXPECT_THAT(list.requests, ElementsAre(ListedRequest{.user = 0,
                                                       .conversation = 1,
                                                       .turn = 3,
                                                       .context = 1U << 30U,
                                                       .generate = 0,
                                                       .qos = Qos::batch,
                                                       .phase = RequestPhase::decode,
                                                       .key = content_key("../a/b"),
                                                       .due = 1250ms}));
}

TEST(RequestsJsonl, NeedsTheTwoCountsOnly) {
  const RequestList list = list_of("\r\n" + line() + " \n" + line());
  EXPECT_FALSE(list.timed);
  EXPECT_EQ(list.users, 2U);
  EXPECT_EQ(list.conversations, 0U);
  EXPECT_THAT(list.requests, ElementsAre(ListedRequest{.user = 0, .context = 10, .generate = 5},
                                         ListedRequest{.user = 1, .context = 10, .generate = 5}));
}

TEST(RequestsJsonl, NumbersUsersAndConversationsAsTheyAppear) {
  EXPECT_THAT(places_of(line(R"("user":"b")") + line(R"("user":"a","conversation":"x")") +
                        line(R"("user":7)") + line(R"("user":"b","conversation":9)") +
                        line(R"("user":"7")")),
              ElementsAre("0/0/0", "1/1/1", "2/0/0", "0/2/1", "2/0/0"));
}

TEST(RequestsJsonl, GivesRequestsWithoutAUserThatOfTheirConversation) {
  EXPECT_THAT(places_of(line(R"("conversation":"x")") + line(R"("conversation":"x")") +
                        line(R"("user":"x")") + line(R"("user":"u","conversation":"y")") +
                        line(R"("conversation":"y")")),
              ElementsAre("0/1/1", "0/1/2", "1/0/0", "2/2/1", "2/2/2"));
}

TEST(RequestsJsonl, CountsTurnsOnWhereTheyAreLeftOut) {
  EXPECT_THAT(places_of(line(R"("conversation":1,"turn":5)") + line(R"("conversation":2)") +
                        line(R"("conversation":1)") + line(R"("conversation":1,"turn":9)")),
              ElementsAre("0/1/5", "1/2/1", "0/1/6", "0/1/9"));
}

TEST(RequestsJsonl, TakesAKeyAsTextOrAsItsHash) {
  const std::string hash = std::to_string(content_key("a"));
  const RequestList list = list_of(line(R"("key":"a")") + line(R"("key":)" + hash));
  EXPECT_EQ(list.requests[0].key, list.requests[1].key);
}

TEST(RequestsJsonl, ReadsNoMoreThanIsAskedFor) {
  EXPECT_EQ(list_of(line() + line() + "garbage", 2).requests.size(), 2U);
}

TEST(RequestsJsonl, ReadsWhatTheWriterWrites) {
  const std::vector<ListedRequest> requests = {{.user = 0, .context = 1, .generate = 0, .due = 1ns},
                                               {.user = 1,
                                                .conversation = 1,
                                                .turn = 2,
                                                .context = 1U << 30U,
                                                .generate = 1U << 30U,
                                                .qos = Qos::interactive,
                                                .phase = RequestPhase::prefill,
                                                .key = std::numeric_limits<std::uint64_t>::max(),
                                                .due = Duration((std::int64_t{1} << 50U) - 1)},
                                               {.user = 1,
                                                .conversation = 1,
                                                .turn = 7,
                                                .context = 3,
                                                .generate = 4,
                                                .phase = RequestPhase::both,
                                                .key = 1,
                                                .due = 123'456'789ns},
                                               {.user = 0,
                                                .conversation = 2,
                                                .turn = std::numeric_limits<std::uint32_t>::max(),
                                                .context = 5,
                                                .generate = 6,
                                                .due = 0ns}};
  RequestsWriter writer(true);
  std::string content;
  for (const ListedRequest& request : requests) content += writer.line(request);
  const RequestList list = list_of(content);
  EXPECT_TRUE(list.timed);
  EXPECT_THAT(list.requests, ElementsAreArray(requests));
}

TEST(RequestsJsonl, WritesWhatTheReaderHasRead) {
  const std::string content =
      R"({"user":0,"conversation":1,"turn":2,"context_tokens":10,"generate_tokens":5,)"
      R"("qos":"responsive","phase":"both","key":18446744073709551615})"
      "\n"
      R"({"user":1,"context_tokens":1,"generate_tokens":0})"
      "\n";
  RequestsWriter writer(false);
  std::string written;
  for (const ListedRequest& request : list_of(content).requests) written += writer.line(request);
  EXPECT_EQ(written, content);
}

TEST(RequestsJsonl, WritesDueTimesOfTimedListsOnly) {
  const ListedRequest request{.context = 1, .due = 2500ms};
  EXPECT_THAT(std::string(RequestsWriter(true).line(request)), HasSubstr(R"("due_s":2.5})"));
  EXPECT_THAT(std::string(RequestsWriter(false).line(request)), Not(HasSubstr("due_s")));
}

TEST(RequestsJsonl, NamesTheLineOfAFault) {
  const TemporaryDirectory directory;
  const auto fault = [&](const std::string& second, const std::string& first = line()) {
    const std::string path = directory.write("a.jsonl", first + second);
    return error_of([&] { read_requests_jsonl(path); });
  };
  const std::string place = directory.file("a.jsonl") + ":2: ";
  EXPECT_EQ(fault(R"({"context_tokens":0,"generate_tokens":5})"),
            place + "context_tokens: expected a whole number of 1 to 1073741824, found 0");
  for (const char* count : {"-1", "1.5", "1073741825", "99999999999999999999", "\"5\"", "null"}) {
    EXPECT_THAT(fault(std::string(R"({"context_tokens":1,"generate_tokens":)") + count + "}"),
                HasSubstr(place + "generate_tokens: expected a whole number of 0 to 1073741824"));
  }
  EXPECT_EQ(fault(R"({"context_tokens":1})"),
            place + "expected the key \"generate_tokens\", found none");
  EXPECT_THAT(fault(line(R"("tokens":5)")), EndsWith("key, due_s, found \"tokens\""));
  EXPECT_THAT(fault("[1]"), HasSubstr(place + "expected an object, found [1]"));
  EXPECT_THAT(fault(line().substr(0, 30)), HasSubstr(directory.file("a.jsonl") + ":2:"));
  EXPECT_THAT(fault(line(R"("due_s":NaN)")), HasSubstr(directory.file("a.jsonl") + ":2:"));
  EXPECT_THAT(fault(line() + line(R"("user":1.5)")),
              HasSubstr(":3: user: expected a text or a whole number, found 1.5"));
  EXPECT_THAT(fault(line(R"("id":[])")),
              HasSubstr(place + "id: expected a text or a whole number"));
  EXPECT_THAT(fault(line(R"("key":0)")), HasSubstr(place + "key: expected a text or a whole"));
  EXPECT_THAT(fault(line(R"("qos":"urgent")")), HasSubstr(place + "qos: expected \"interactive\""));
  EXPECT_THAT(fault(line(R"("phase":1)")), HasSubstr(place + "phase: expected \"both\""));
  EXPECT_THAT(fault(line(R"("user":1,"user":1)")), HasSubstr("expected every key once"));
  EXPECT_THAT(fault(std::string((1U << 20U) + 1, ' ')), HasSubstr(place + "expected a line of at"));
}

TEST(RequestsJsonl, RefusesTimesThatAreNone) {
  for (const char* time : {"-1", "1e300", "\"1\"", "true", "4000000001"}) {
    EXPECT_THAT(error_of([&] { list_of(line(R"("due_s":)" + std::string(time))); }),
                HasSubstr(":1: due_s: expected seconds, 0 to 4000000000"));
  }
}

TEST(RequestsJsonl, RefusesAListThatIsTimedInPart) {
  EXPECT_THAT(error_of([] { list_of(line() + line(R"("due_s":1)")); }),
              HasSubstr(":2: due_s: expected no due_s, as on the lines before"));
  EXPECT_THAT(error_of([] { list_of(line(R"("due_s":1)") + line()); }),
              HasSubstr(":2: expected due_s, as on the lines before"));
}

TEST(RequestsJsonl, RefusesTurnsThatDoNotRise) {
  const std::string second = line(R"("conversation":1,"turn":2)");
  const auto fault = [&](const std::string& turn) {
    return error_of([&] { list_of(second + line(R"("conversation":1,"turn":)" + turn)); });
  };
  EXPECT_THAT(fault("2"), HasSubstr(":2: turn: expected a whole number of 3 to 4294967295"));
  EXPECT_THAT(fault("4294967296"), HasSubstr(":2: turn: "));
  EXPECT_THAT(error_of([] { list_of(line(R"("turn":1)")); }),
              HasSubstr(":1: turn: expected a conversation with the turn, found 1"));
  const std::string last = line(R"("conversation":1,"turn":4294967295)");
  const std::string next = line(R"("conversation":1)");
  EXPECT_THAT(error_of([&] { list_of(last + next); }), HasSubstr(":2: expected no turn after"));
  EXPECT_THAT(error_of([&] { list_of(last + last); }), HasSubstr(":2: turn: expected no turn"));
}

TEST(RequestsJsonl, RefusesAConversationOfTwoUsers) {
  EXPECT_THAT(
      error_of([] {
        list_of(line(R"("user":"a","conversation":1)") + line(R"("user":"b","conversation":1)"));
      }),
      HasSubstr(":2: user: expected the user of the conversation's first request, found "
                "\"b\""));
}

TEST(RequestsJsonl, RefusesAnEmptyFile) {
  EXPECT_THAT(error_of([] { list_of("\n\n"); }), HasSubstr(":1: expected a request a line"));
}

}  // namespace
}  // namespace spillway::workload
