// SPDX-License-Identifier: Apache-2.0
#include "workload/trace_kv_cache_tester.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/text/temporary_directory.h"
#include "tests/workload/traces.h"

namespace spillway::workload {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

struct Found {
  std::string id;
  std::vector<Duration> at;
  std::vector<std::uint64_t> first_ids;
  std::vector<Extent> extents;
};

Found scan(const std::string& path) {
  Found found;
  found.id = kv_cache_tester_format().scan(path, [&](const Entry& entry, Extent extent) {
    found.at.push_back(entry.at);
    found.first_ids.push_back(entry.block_ids.empty() ? 0 : entry.block_ids.front());
    found.extents.push_back(extent);
    return true;
  });
  return found;
}

std::string fault_of(const std::string& document) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("a.json", document);
  return error_of([&] { scan(path); }).substr(directory.path().size() + 1);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(TraceKvCacheTester, FlattensSubSessionsInTheirPlace) {
  const TemporaryDirectory directory;
  const Found found = scan(directory.write(
      "a.json",
      conversation("c1", {agentic_request(0, {1}),
                          sub_session(10, {agentic_request(0, {2}), agentic_request(2.5, {3})}),
                          agentic_request(20, {4})})));
  EXPECT_EQ(found.id, "c1");
  EXPECT_THAT(found.first_ids, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(found.at, ElementsAre(0ms, 10'000ms, 12'500ms, 20'000ms));
}

TEST(TraceKvCacheTester, AddsTheTimesOfSessionsInSessions) {
  const TemporaryDirectory directory;
  const Found found = scan(directory.write(
      "a.json", conversation("c", {sub_session(1, {sub_session(2, {agentic_request(4, {1})}),
                                                   agentic_request(8, {2})})})));
  EXPECT_THAT(found.at, ElementsAre(7s, 9s));
}

TEST(TraceKvCacheTester, KeepsAConversationOneSequenceWhenSessionsOverlap) {
  const TemporaryDirectory directory;
  const Found found = scan(directory.write(
      "a.json",
      conversation("c", {sub_session(1, {agentic_request(0, {1}), agentic_request(50, {2})}),
                         agentic_request(20, {3}), agentic_request(60, {4})})));
  EXPECT_THAT(found.at, ElementsAre(1s, 51s, 51s, 60s));
}

TEST(TraceKvCacheTester, KnowsWhereEveryRequestLies) {
  const TemporaryDirectory directory;
  const std::vector<std::string> requests = {agentic_request(0, {1}), agentic_request(1, {1, 2})};
  const std::string document = conversation("c", {requests[0], sub_session(1, {requests[1]})});
  const Found found = scan(directory.write("a.json", document));
  ASSERT_EQ(found.extents.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(document.substr(found.extents[i].offset, found.extents[i].length), requests[i]);
  }
}

TEST(TraceKvCacheTester, ReadsDocumentsLaidOutOverLines) {
  const TemporaryDirectory directory;
  const std::string document =
      conversation("c", {agentic_request(0, {1}), agentic_request(1, {2})});
  std::string spread;
  for (const char c : document) {
    spread += c;
    if (c == ',' || c == '{') spread += "\n  ";
  }
  EXPECT_THAT(scan(directory.write("a.json", spread)).first_ids, ElementsAre(1, 2));
  const std::size_t place = spread.rfind("{\n", spread.find("\"t\":1"));
  const auto line = 1 + std::count(spread.begin(), spread.begin() + static_cast<long>(place), '\n');
  const std::string bad = directory.write("b.json", replaced(spread, "\"t\":1", "\"t\":-1"));
  EXPECT_THAT(error_of([&] { scan(bad); }),
              HasSubstr(fmt::format("b.json:{}: byte {}: request 2: t: expected", line, place)));
}

TEST(TraceKvCacheTester, NamesTheRequestOfAFault) {
  const std::string good = conversation("c", {agentic_request(0, {1}), agentic_request(1, {2})});
  EXPECT_THAT(fault_of(replaced(good, "\"t\":1", "\"t\":-1")),
              HasSubstr(fmt::format("a.json:1: byte {}: request 2: t: expected seconds",
                                    good.find(agentic_request(1, {2})))));
  EXPECT_THAT(fault_of(replaced(good, "\"in\":69", "\"in\":128")),
              HasSubstr("request 1: hash_ids: expected 2"));
  EXPECT_THAT(fault_of(replaced(good, "[1]", "[1.5]")), HasSubstr("request 1: hash_ids"));
  EXPECT_THAT(fault_of(replaced(good, "[1]", "[1,]")),
              HasSubstr("request 1: expected a whole JSON"));
}

TEST(TraceKvCacheTester, RefusesDocumentsThatEndEarly) {
  const std::string good =
      conversation("c", {agentic_request(0, {1}), sub_session(1, {agentic_request(1, {2})})});
  for (std::size_t length = 1; length < good.size(); ++length) {
    EXPECT_THAT(fault_of(good.substr(0, length)), HasSubstr("a.json:1: byte ")) << length;
  }
  EXPECT_THAT(fault_of(good + "x"), HasSubstr("expected the end of the file"));
}

TEST(TraceKvCacheTester, RefusesHeadersThatMeanSomethingElse) {
  const std::string good = conversation("c", {agentic_request(0, {1})});
  EXPECT_THAT(fault_of(replaced(good, ":64", ":128")),
              HasSubstr("block_size: expected 64 tokens a block, found 128"));
  EXPECT_THAT(fault_of(replaced(good, "local", "global")),
              HasSubstr("hash_id_scope: expected \"local\""));
  EXPECT_THAT(fault_of(replaced(good, "\"c\"", "5")), HasSubstr("id: expected a text"));
  EXPECT_THAT(fault_of(replaced(good, "\"id\"", "\"name\"")),
              HasSubstr("expected the key \"id\", found none"));
  EXPECT_THAT(fault_of(replaced(good, "\"models\"", "\"id\"")),
              HasSubstr("expected the key \"id\" once"));
  EXPECT_THAT(fault_of(replaced(good, "[\"m\"]", "[\"m]")), HasSubstr("a.json:1: byte "));
  EXPECT_THAT(fault_of(conversation("c", {})), HasSubstr("expected at least one request"));
  EXPECT_THAT(fault_of(conversation("c", {sub_session(0, {})})),
              HasSubstr("expected at least one request"));
}

TEST(TraceKvCacheTester, RefusesSubSessionsThatAreNone) {
  const std::string good = conversation("c", {sub_session(3, {agentic_request(0, {1})})});
  EXPECT_THAT(fault_of(replaced(good, "subagent", "agent")),
              HasSubstr("sub-session: type: expected \"subagent\""));
  EXPECT_THAT(fault_of(replaced(good, "\"t\":3,", "")),
              HasSubstr("sub-session: expected the key \"t\""));
  EXPECT_THAT(fault_of(replaced(good, "\"t\":3,", "\"t\":-3,")),
              HasSubstr("sub-session: t: expected seconds"));
  EXPECT_THAT(fault_of(replaced(good, "\"tool_tokens\":1", "\"requests\":[]")),
              HasSubstr("\"requests\" once"));
  EXPECT_THAT(fault_of(replaced(good, "\"tool_tokens\":1", "\"tool_tokens\":1x")),
              HasSubstr("a.json:1: byte"));
  std::string deep = agentic_request(0, {1});
  for (int level = 0; level < 9; ++level) deep = sub_session(0, {deep});
  EXPECT_THAT(fault_of(conversation("c", {deep})), HasSubstr("at most 8 levels"));
}

TEST(TraceKvCacheTester, ReadsARecordedConversationWithSubSessions) {
  const Found found = scan(excerpt("kv-cache-tester/trace_0277_cut.json"));
  EXPECT_EQ(found.id, "trace_0277");
  ASSERT_EQ(found.at.size(), 9U);
  EXPECT_EQ(found.at[1], 79'224ms);
  EXPECT_EQ(found.at[2], 85'224ms);  // 6 s into the sub-session that starts at 79.224 s
}

}  // namespace
}  // namespace spillway::workload
