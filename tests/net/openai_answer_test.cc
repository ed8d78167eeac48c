// SPDX-License-Identifier: Apache-2.0
#include "net/openai_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace spillway::net {
namespace {

using std::chrono_literals::operator""ms;

// Piece i arrives at i ms, from 1.
Answer read(const std::vector<std::string>& pieces) {
  AnswerReader reader;
  Time at;
  for (const std::string& piece : pieces) {
    at += 1ms;
    reader.feed(piece, at);
  }
  return reader.finish(at + 1ms);
}

TEST(OpenaiAnswerTest, AChatsFirstEventHasNoContent) {
  const Answer answer = read({
      R"(data: {"id":"c-1","choices":[{"delta":{"role":"assistant","content":""}}]})"
      "\n\n",
      R"(data: {"id":"c-1","choices":[{"delta":{"content":"Hel)",
      R"(lo"}}]})"
      "\n\n",
      R"(data: {"id":"c-1","choices":[{"delta":{"content":" you"},"finish_reason":"stop"}]})"
      "\n\n"
      R"(data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2,)"
      R"("prompt_tokens_details":{"cached_tokens":4}}})"
      "\n\ndata: [DONE]\n\n",
  });
  EXPECT_EQ(answer.text, "Hello you");
  EXPECT_EQ(answer.id, "c-1");
  EXPECT_EQ(answer.first_type, "delta");
  EXPECT_EQ(answer.first, Time(1ms));
  EXPECT_THAT(answer.contents, testing::ElementsAre(Time(3ms), Time(4ms)));
  EXPECT_THAT(answer.textless, testing::ElementsAre(Time(1ms))) << "the role; usage has no choice";
  EXPECT_EQ(answer.finish_reason, "stop");
  EXPECT_EQ(answer.usage, (AnsweredUsage{.prompt = 7, .completion = 2, .cached = 4}));
  EXPECT_TRUE(answer.done);
  EXPECT_EQ(answer.events, 5U);
  EXPECT_EQ(answer.error, "");
  EXPECT_EQ(answer.fault, "");
}

std::string token_event(const std::string& raw_text, const std::string& more = "") {
  return "data: {\"id\":\"text\",\"choices\":[{\"index\":0,\"text\":\"" + raw_text +
         "\",\"logprobs\":null}]" + more + "}\n\n";
}

// Events that look like the one before are not parsed; what comes of them is the same.
TEST(OpenaiAnswerTest, TextsAreTheSameHoweverAlikeTheirEventsAre) {
  const Answer answer = read({token_event("text"),  // which stands in the event in four places
                              token_event(" one"), token_event("\\n\\\"two\\\" \\u00e9"),
                              token_event(" drei \xC3\xA9"), token_event(""),
                              token_event("text", ",\"x\":1"), token_event(" five", ",\"x\":1"),
                              token_event(" six", ",\"usage\":{\"prompt_tokens\":3}"),
                              token_event(" seven", ",\"usage\":{\"prompt_tokens\":4}")});
  EXPECT_EQ(answer.text, "text one\n\"two\" \xC3\xA9 drei \xC3\xA9text five six seven");
  EXPECT_EQ(answer.contents.size(), 8U);
  EXPECT_EQ(answer.contents[1], Time(2ms));
  EXPECT_EQ(answer.contents[4], Time(6ms));
  EXPECT_EQ(answer.events, 9U);
  EXPECT_EQ(answer.usage.prompt, std::optional<std::uint64_t>(4));
  EXPECT_EQ(answer.fault, "");
}

// Every other event has to be parsed for its text's sake, more often than a pattern is learned.
TEST(OpenaiAnswerTest, ManyTextsThatDoNotStandForThemselvesAreTextsToo) {
  std::vector<std::string> events;
  std::string expected;
  for (int i = 0; i < 20; ++i) {
    events.push_back(token_event("a\\n"));
    events.push_back(token_event(" b"));
    expected += "a\n b";
  }
  const Answer answer = read(events);
  EXPECT_EQ(answer.text, expected);
  EXPECT_EQ(answer.contents.size(), 40U);
}

TEST(OpenaiAnswerTest, BrokenEventsAreFaultsHoweverMuchTheyLookLikeTheOneBefore) {
  for (const std::string& broken :
       {std::string("a\xFF"), std::string("a\tb"), std::string("a\"b")}) {
    const Answer answer = read({token_event("one"), token_event("two"), token_event(broken)});
    EXPECT_EQ(answer.text, "onetwo");
    EXPECT_NE(answer.fault, "") << broken;
  }
}

TEST(OpenaiAnswerTest, AnErrorInAnEventWithTextIsFound) {
  const Answer answer =
      read({token_event("one"), token_event("two"), token_event(" three", ",\"error\":\"lost\"")});
  EXPECT_EQ(answer.text, "onetwo three");
  EXPECT_EQ(answer.error, "lost");
}

TEST(OpenaiAnswerTest, ReasoningIsContentInTimeAndNotInText) {
  const Answer answer =
      read({"data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hm\"}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"});
  EXPECT_EQ(answer.text, "a");
  EXPECT_EQ(answer.contents.size(), 2U);
}

TEST(OpenaiAnswerTest, AnErrorInsideOfAStreamIsFound) {
  const Answer answer = read({"data: {\"choices\":[{\"text\":\"a\"}]}\n\n",
                              "data: {\"error\":{\"message\":\"out of blocks\"}}\n\n",
                              "data: {\"error\":\"second\"}\n\n"});
  EXPECT_EQ(answer.error, "out of blocks");
  EXPECT_EQ(answer.first_type, "token");
  EXPECT_FALSE(answer.done);
}

TEST(OpenaiAnswerTest, WhatIsNoJsonIsAFault) {
  const Answer answer = read({"data: {\"choices\":[{\"text\":\"a\"}]}\n\n", "data: {oops\n\n"});
  EXPECT_EQ(answer.fault, "an event is no JSON object: {oops");
  EXPECT_EQ(answer.text, "a");
}

TEST(OpenaiAnswerTest, ABodyWithoutEventsIsItsText) {
  const Answer answer = read({"plain ", "text"});
  EXPECT_EQ(answer.text, "plain text");
  EXPECT_EQ(answer.events, 0U);
  EXPECT_EQ(answer.first, std::nullopt);
}

TEST(OpenaiAnswerTest, APayloadThatIsAWholeAnswerHasItsText) {
  const Answer answer = read({"data: {\"choices\":[{\"message\":{\"content\":\"whole\"}}]}\n\n"});
  EXPECT_EQ(answer.text, "whole");
}

// The rules in their order.
TEST(OpenaiAnswerTest, EventsHaveTypes) {
  const auto type = [](std::string name, std::string data) {
    return event_type({.name = std::move(name), .data = std::move(data)});
  };
  EXPECT_EQ(type("Ping", "{}"), "ping");
  EXPECT_EQ(type("", "[DONE]"), "data");
  EXPECT_EQ(type("", "[1]"), "data");
  EXPECT_EQ(type("", R"({"error":{}})"), "error");
  EXPECT_EQ(type("", R"({"error":null,"choices":[{"delta":{"content":"a"}}]})"), "delta_content");
  EXPECT_EQ(type("", R"({"choices":[{"delta":{"content":""}}]})"), "delta");
  EXPECT_EQ(type("", R"({"choices":[{"text":""}]})"), "token");
  EXPECT_EQ(type("", R"({"choices":[{"finish_reason":"stop"}]})"), "finish");
  EXPECT_EQ(type("", R"({"object":"ping","choices":[]})"), "ping");
  EXPECT_EQ(type("", "{}"), "data");
}

TEST(OpenaiAnswerTest, AWholeAnswerIsRead) {
  const Answer answer = read_answer(
      R"({"id":"x","choices":[{"text":"abc","finish_reason":"length"}],"usage":{"prompt_tokens":3,)"
      R"("completion_tokens":1,"prompt_tokens_details":null}})");
  EXPECT_EQ(answer.id, "x");
  EXPECT_EQ(answer.text, "abc");
  EXPECT_EQ(answer.finish_reason, "length");
  EXPECT_EQ(answer.usage, (AnsweredUsage{.prompt = 3, .completion = 1, .cached = std::nullopt}));
  EXPECT_EQ(read_answer(R"({"choices":[{"message":{"content":"hi"}}]})").text, "hi");
  EXPECT_EQ(read_answer(R"({"error":{"message":"no"}})").error, "no");
  const Answer html = read_answer("<html>");
  EXPECT_EQ(html.fault, "the body is no JSON object: <html>");
  EXPECT_EQ(html.text, "<html>");
}

TEST(OpenaiAnswerTest, ErrorsAndModelsAreRead) {
  EXPECT_EQ(read_error(R"({"error":{"message":"a"}})"), "a");
  EXPECT_EQ(read_error(R"({"error":"b"})"), "b");
  EXPECT_EQ(read_error(R"({"detail":"c"})"), std::nullopt);
  EXPECT_EQ(read_error("oops"), std::nullopt);
  EXPECT_EQ(read_models(R"({"data":[{"id":"m"},{"id":""}]})"), std::vector<std::string>{"m"});
  EXPECT_EQ(read_models(R"({"data":[]})"), std::vector<std::string>{});
  EXPECT_EQ(read_models(R"({"data":{}})"), std::nullopt);
  EXPECT_EQ(read_models(""), std::nullopt);
}

}  // namespace
}  // namespace spillway::net
