// SPDX-License-Identifier: Apache-2.0
#include "workload/sharegpt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/text/temporary_directory.h"
#include "tests/workload/traces.h"
#include "workload/content_id.h"
#include "workload/list_lengths.h"

namespace spillway::workload {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

std::string message(const std::string& from, const std::string& value) {
  return R"({"from":")" + from + R"(","value":")" + value + R"("})";
}

std::string pair_of(const std::string& question, const std::string& answer) {
  return message("human", question) + "," + message("gpt", answer);
}

// With an id unless `id` is empty.
std::string record(const std::string& id, const std::string& messages) {
  return "{" + (id.empty() ? "" : R"("id":")" + id + R"(",)") + R"("conversations":[)" + messages +
         "]}";
}

RequestList list_of(const std::string& json, const ShareGptOptions& options = {},
                    std::optional<std::uint64_t> most = std::nullopt) {
  const TemporaryDirectory directory;
  return read_sharegpt(directory.write("a.json", json), options, most);
}

// Tokens of a question and an answer.
std::vector<std::uint32_t> tokens_of(const std::string& question, const std::string& answer,
                                     const ShareGptOptions& options = {}) {
  const RequestList list = list_of("[" + record("a", pair_of(question, answer)) + "]", options);
  return {list.requests.at(0).context, list.requests.at(0).generate};
}

// Figures of the excerpt: counted by other means.
TEST(ShareGpt, ReadsRealConversations) {
  const RequestList list = read_sharegpt(excerpt("sharegpt/glaive_head.json"));
  EXPECT_EQ(list.format, "sharegpt");
  EXPECT_FALSE(list.timed);
  EXPECT_EQ(list.requests.size(), 51U);
  EXPECT_EQ(list.conversations, 20U);
  EXPECT_EQ(list.users, 20U);
  EXPECT_EQ(list.skipped, 4U);
  const ListLengths lengths = lengths_of(list);
  EXPECT_DOUBLE_EQ(lengths.context.mean, 1585.0 / 51);
  EXPECT_NEAR(lengths.context.deviation, 35.97539635136001, 1e-9);
  EXPECT_EQ(lengths.context.max, 163U);
  EXPECT_DOUBLE_EQ(lengths.context.p50, 19);
  EXPECT_DOUBLE_EQ(lengths.context.p95, 129.5);
  EXPECT_DOUBLE_EQ(lengths.generate.mean, 7936.0 / 51);
  EXPECT_NEAR(lengths.generate.deviation, 137.24446178781267, 1e-9);
  EXPECT_DOUBLE_EQ(lengths.generate.p95, 379);
}

TEST(ShareGpt, MakesAConversationAUserAndAPairATurn) {
  const RequestList list = list_of("[" + record("x", pair_of("12345678", "1234")) + "," +
                                   record("", pair_of("a", "b") + "," + pair_of("c", "d")) + "]");
  EXPECT_THAT(list.requests, ElementsAre(ListedRequest{.user = 0,
                                                       .conversation = 1,
                                                       .turn = 1,
                                                       .context = 2,
                                                       .generate = 1,
                                                       .key = content_key("x_turn_1")},
                                         ListedRequest{.user = 1,
                                                       .conversation = 2,
                                                       .turn = 1,
                                                       .context = 1,
                                                       .generate = 1,
                                                       .key = content_key("conv_1_turn_1")},
                                         ListedRequest{.user = 1,
                                                       .conversation = 2,
                                                       .turn = 2,
                                                       .context = 1,
                                                       .generate = 1,
                                                       .key = content_key("conv_1_turn_2")}));
}

TEST(ShareGpt, TakesIdsOfAllKinds) {
  const auto key_of = [](const std::string& id) {
    return list_of("[{" + id + R"("conversations":[)" + pair_of("a", "b") + "]}]")
        .requests.at(0)
        .key;
  };
  EXPECT_EQ(key_of(R"("id":"../\"a\"",)"), content_key("../\"a\"_turn_1"));
  EXPECT_EQ(key_of(R"("id":7,)"), content_key("7_turn_1"));
  EXPECT_EQ(key_of(R"("id":null,)"), content_key("conv_0_turn_1"));
}

TEST(ShareGpt, PassesOverPairsOfOthersAndLeavesAGap) {
  const RequestList list =
      list_of("[" +
              record("a", message("system", "x") + "," + pair_of("lost", "lost") + "," +
                              message("human", "x") + "," + pair_of("kept", "kept") + "," +
                              message("human", "open")) +
              "]");
  ASSERT_EQ(list.requests.size(), 1U);
  EXPECT_EQ(list.requests[0].turn, 3U);
}

TEST(ShareGpt, CountsRecordsThatHaveNoRequest) {
  const RequestList list =
      list_of("[{}," + record("a", "") + "," + record("b", "{\"from\":\"gpt\"}") + "," +
              record("", pair_of("a", "b")) + "]");
  EXPECT_EQ(list.skipped, 3U);
  EXPECT_EQ(list.conversations, 1U);
  EXPECT_EQ(list.requests.at(0).conversation, 1U);
  EXPECT_EQ(list.requests.at(0).key, content_key("conv_3_turn_1"));
}

TEST(ShareGpt, CountsCharactersNotBytes) {
  EXPECT_THAT(tokens_of("12345678", "123456789ab"), ElementsAre(2U, 2U));
  EXPECT_THAT(tokens_of("", "123"), ElementsAre(1U, 1U));
  EXPECT_THAT(tokens_of("äöüßäöüß", "日本語文日本語文日本語文"), ElementsAre(2U, 3U));
  EXPECT_THAT(tokens_of(R"(\u00e4\n\t\"\\\ud83d\ude00ab)", "\xF0\x9F\x98\x80"),
              ElementsAre(2U, 1U));
}

TEST(ShareGpt, KeepsTheLimitsOfItsOptions) {
  EXPECT_THAT(tokens_of(std::string(5 * 8192, 'a'), std::string(5 * 2048, 'b')),
              ElementsAre(8192U, 2048U));
  EXPECT_THAT(
      tokens_of("aaaaaaaaaa", "bbbbbb",
                {.max_context_tokens = 4, .max_generation_tokens = 9, .chars_per_token = 2}),
      ElementsAre(4U, 3U));
}

TEST(ShareGpt, StopsWhenThereIsEnough) {
  const std::string two = record("", pair_of("a", "b") + "," + pair_of("c", "d"));
  const std::string json = "[{}," + two + "," + two + ", garbage";
  EXPECT_EQ(list_of(json, {.max_conversations = 3}).requests.size(), 4U);
  EXPECT_EQ(list_of(json, {.max_conversations = 2}).requests.size(), 2U);
  EXPECT_EQ(list_of(json, {}, 3).requests.size(), 3U);
}

TEST(ShareGpt, ReadsFilesThatAreLongerThanItsMemory) {
  std::string json = "[";
  for (int i = 0; i < 40; ++i) {
    json += record("", pair_of(std::string(100'000, 'a'), "b")) + (i < 39 ? ",\n" : "]\n");
  }
  EXPECT_EQ(list_of(json, {.max_context_tokens = 100'000}).requests.at(39).context, 25'000U);
}

TEST(ShareGpt, NamesTheLineAndTheRecordOfAFault) {
  const TemporaryDirectory directory;
  const auto fault = [&](const std::string& tail) {
    const std::string path =
        directory.write("a.json", "[\n" + record("", pair_of("a", "b")) + ",\n" + tail);
    return error_of([&] { read_sharegpt(path); });
  };
  const std::string line = directory.file("a.json") + ":3: ";
  EXPECT_THAT(fault("5]"), HasSubstr(line));
  EXPECT_THAT(fault("5]"), EndsWith("record 1: expected an object, found 5"));
  EXPECT_THAT(fault(R"({"id":1.5,"conversations":[]}])"),
              EndsWith("record 1: id: expected a text or a whole number, found 1.5"));
  EXPECT_THAT(fault(R"({"conversations":"a"}])"),
              EndsWith("record 1: conversations: expected an array, found \"a\""));
  EXPECT_THAT(fault(R"({"conversations":[{},{}]}])"),
              EndsWith("record 1: conversations[0]: expected the key \"from\", found none"));
  EXPECT_THAT(fault(R"({"conversations":[{"from":"human","value":7},{"from":"gpt"}]}])"),
              EndsWith("record 1: conversations[0].value: expected a text in quotes, found 7"));
  EXPECT_THAT(fault(R"({"conversations":[{"from":"human","val)"), HasSubstr(line));
  EXPECT_THAT(fault(R"({"conversations":[}])"), HasSubstr(line));
  EXPECT_THAT(fault("{\"id\":\"\xFF\"}]"), HasSubstr(line));
  EXPECT_THAT(fault("{}"), HasSubstr("expected ',' or ']', found the end of the file"));
  EXPECT_THAT(fault("{}] {}"), HasSubstr("expected the end of the file"));
}

TEST(ShareGpt, RefusesAListWithoutARequest) {
  EXPECT_THAT(error_of([] { list_of("[]"); }), HasSubstr("found none in 0 records"));
  EXPECT_THAT(error_of([] { list_of("[{},{}]"); }), HasSubstr("found none in 2 records"));
  EXPECT_THAT(error_of([] { list_of("{}"); }), HasSubstr("expected an array, found '{'"));
  EXPECT_THAT(error_of([] { list_of(""); }), HasSubstr("expected an array"));
}

}  // namespace
}  // namespace spillway::workload
