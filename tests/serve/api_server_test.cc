// SPDX-License-Identifier: Apache-2.0
#include "serve/api_server.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/serve/api_world.h"
#include "text/json_reader.h"

namespace spillway::serve {
namespace {

using async::Task;
using std::chrono_literals::operator""ms;

std::string completion(const std::string& more) {
  return R"({"model":"m","prompt":"one two three four five six seven eight nine ten")" + more + "}";
}

std::uint64_t cached_of(const Got& got) {
  const auto body = text::parse_json(got.body, "the answer");
  return body.at("usage").at("prompt_tokens_details").at("cached_tokens").as_uint();
}

std::string code_of(const Got& got) {
  return text::parse_json(got.body, "the error").at("error").at("code").as_string();
}

TEST(ApiServerTest, AnswersACompletionInTheEnginesTime) {
  ApiWorld world;
  const Got got = world.ask_alone("POST", "/v1/completions", completion(R"(,"max_tokens":3)"));
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.at, Time(10ms + 20ms));  // 10 prompt tokens, and 2 steps after the first token
  const auto body = text::parse_json(got.body, "the answer");
  EXPECT_EQ(body.at("usage").at("prompt_tokens").as_uint(), 10U);
  EXPECT_EQ(body.at("usage").at("completion_tokens").as_uint(), 3U);
  EXPECT_EQ(body.at("created").as_int(), 1000);
  const std::string text = body.at("choices").elements()[0].at("text").as_string();
  EXPECT_EQ(world.tokenizer->count(text), 3U);
}

TEST(ApiServerTest, WithoutAWordHowLongACompletionHas16Tokens) {
  ApiWorld world;
  const Got got = world.ask_alone("POST", "/v1/completions", completion(""));
  EXPECT_NE(got.body.find(R"("completion_tokens":16)"), std::string::npos);
}

TEST(ApiServerTest, StreamsTheSameTextEventByEvent) {
  ApiWorld world;
  const std::string more = R"(,"max_tokens":3,"seed":5)";
  const Got whole = world.ask_alone("POST", "/v1/completions", completion(more));
  const Got stream = world.ask_alone(
      "POST", "/v1/completions",
      completion(more + R"(,"stream":true,"stream_options":{"include_usage":true})"));
  EXPECT_TRUE(stream.whole);
  std::string text;
  std::size_t events = 0;
  for (std::size_t at = 0; (at = stream.body.find(R"("text":")", at)) != std::string::npos;) {
    at += 8;
    text += stream.body.substr(at, stream.body.find('"', at) - at);
    ++events;
  }
  EXPECT_EQ(events, 4U);  // three tokens, and the end
  EXPECT_NE(whole.body.find("\"text\":\"" + text + "\""), std::string::npos) << stream.body;
  EXPECT_NE(stream.body.find(R"("choices":[],"usage":{"prompt_tokens":10)"), std::string::npos);
  EXPECT_TRUE(stream.body.ends_with("data: [DONE]\n\n"));
}

TEST(ApiServerTest, AChatBeginsWithItsRole) {
  ApiWorld world;
  const Got got = world.ask_alone(
      "POST", "/v1/chat/completions",
      R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"max_tokens":1,"stream":true})");
  EXPECT_TRUE(got.body.starts_with("data: {\"id\":\"chatcmpl-"));
  EXPECT_LT(got.body.find(R"("role":"assistant")"), got.body.find(R"("content":" )"));
}

TEST(ApiServerTest, CountsWhatWasFoundInACache) {
  ApiWorld world;
  const Got first = world.ask_alone("POST", "/v1/completions", completion(R"(,"max_tokens":1)"));
  EXPECT_EQ(cached_of(first), 0U);
  const Got second = world.ask_alone("POST", "/v1/completions", completion(R"(,"max_tokens":1)"));
  EXPECT_EQ(cached_of(second), 8U);  // two blocks of 4
  EXPECT_EQ(world.ask_alone("POST", "/reset_prefix_cache").status, 200);
  const Got third = world.ask_alone("POST", "/v1/completions", completion(R"(,"max_tokens":1)"));
  EXPECT_EQ(cached_of(third), 0U);
}

TEST(ApiServerTest, TokensAreAPromptAsWell) {
  ApiWorld world;
  const Got got = world.ask_alone("POST", "/v1/completions",
                                  R"({"model":"m","prompt":[1,2,3],"max_tokens":1})");
  EXPECT_NE(got.body.find(R"("prompt_tokens":3)"), std::string::npos);
}

TEST(ApiServerTest, TheSeedCountsUnlessTheTemperatureIsZero) {
  ApiWorld world;
  const auto text_of = [&](const std::string& more) {
    const Got got = world.ask_alone("POST", "/v1/completions", completion(more));
    return text::parse_json(got.body, "").at("choices").elements()[0].at("text").as_string();
  };
  EXPECT_NE(text_of(R"(,"seed":1)"), text_of(R"(,"seed":2)"));
  EXPECT_EQ(text_of(R"(,"seed":1)"), text_of(R"(,"seed":1)"));
  EXPECT_EQ(text_of(R"(,"seed":1,"temperature":0)"), text_of(R"(,"seed":2,"temperature":0)"));
}

TEST(ApiServerTest, ListsItsModel) {
  ApiWorld world;
  EXPECT_NE(world.ask_alone("GET", "/v1/models").body.find(R"("id":"m")"), std::string::npos);
  EXPECT_EQ(world.ask_alone("GET", "/v1/models/m").status, 200);
  EXPECT_EQ(world.ask_alone("GET", "/v1/models/other").status, 404);
  EXPECT_EQ(world.ask_alone("GET", "/health").status, 200);
}

TEST(ApiServerTest, RefusesWithTheApisErrors) {
  ApiWorld world;
  const Got model = world.ask_alone("POST", "/v1/completions", R"({"model":"x","prompt":"a"})");
  EXPECT_EQ(model.status, 404);
  EXPECT_EQ(code_of(model), "model_not_found");
  EXPECT_EQ(world.ask_alone("POST", "/v1/completions", "{").status, 400);
  const Got method = world.ask_alone("GET", "/v1/completions");
  EXPECT_EQ(method.status, 405);
  EXPECT_EQ(net::find_header(method.headers, "allow"), "POST");
  EXPECT_EQ(world.ask_alone("GET", "/v2/anything").status, 404);
  const Got empty = world.ask_alone("POST", "/v1/completions", R"({"model":"m","prompt":""})");
  EXPECT_EQ(empty.status, 400);
}

TEST(ApiServerTest, RefusesWhatTheEngineCannotHold) {
  ApiWorld world;
  std::string prompt = R"({"model":"m","prompt":[0)";
  for (int i = 0; i < 100; ++i) prompt += ",1";
  const Got large = world.ask_alone("POST", "/v1/completions", prompt + "]}");
  EXPECT_EQ(large.status, 400);
  EXPECT_EQ(code_of(large), "context_length_exceeded");
  EXPECT_NE(large.body.find("max_num_tokens"), std::string::npos);
  const Got longer = world.ask_alone("POST", "/v1/completions", completion(R"(,"max_tokens":199)"));
  EXPECT_NE(longer.body.find("the 200 of the model's context"), std::string::npos);
  EXPECT_EQ(world.engine.figures().requests_refused, 2U);
  EXPECT_EQ(world.ask_alone("GET", "/v1/models/m").status, 200);
}

TEST(ApiServerTest, AnOversizeRequestMayTakeTheModelAway) {
  ApiWorld world({.model = "m", .oversize_drops_model = true});
  std::string prompt = R"({"model":"m","prompt":[0)";
  for (int i = 0; i < 100; ++i) prompt += ",1";
  EXPECT_EQ(world.ask_alone("POST", "/v1/completions", prompt + "]}").status, 500);
  EXPECT_NE(world.ask_alone("GET", "/v1/models").body.find(R"("data":[])"), std::string::npos);
  EXPECT_EQ(world.ask_alone("POST", "/v1/completions", completion("")).status, 404);
}

TEST(ApiServerTest, AsksForItsKey) {
  ApiWorld world({.model = "m", .api_key = "s3cret"});
  const Got without = world.ask_alone("GET", "/v1/models");
  EXPECT_EQ(without.status, 401);
  EXPECT_EQ(net::find_header(without.headers, "www-authenticate"), "Bearer");
  EXPECT_EQ(world.ask_alone("GET", "/v1/models", "", {{"Authorization", "Bearer s3cret"}}).status,
            200);
  EXPECT_EQ(world.ask_alone("GET", "/health").status, 200);
}

TEST(ApiServerTest, StrictFieldsRefuseASession) {
  ApiWorld strict({.model = "m", .strict_fields = true});
  EXPECT_EQ(strict.ask_alone("POST", "/v1/completions", completion(R"(,"session_id":"s")")).status,
            400);
  ApiWorld usual;
  EXPECT_EQ(usual.ask_alone("POST", "/v1/completions", completion(R"(,"session_id":"s")")).status,
            200);
}

class ApiFaultTest : public testing::Test {
 protected:
  Got with_fault(const std::string& fault, const std::string& more = "") {
    world_.faults = FaultPlan::parse(R"({"faults":[)" + fault + "]}", "plan", world_.loop.now());
    return world_.ask_alone("POST", "/v1/completions", completion(R"(,"max_tokens":4)" + more));
  }
  ApiWorld world_;
};

TEST_F(ApiFaultTest, AnErrorStatus) {
  const Got got = with_fault(R"({"kind":"status","status":429,"retry_after_s":2})");
  EXPECT_EQ(got.status, 429);
  EXPECT_EQ(net::find_header(got.headers, "retry-after"), "2");
  EXPECT_NE(got.body.find("rate_limit_error"), std::string::npos);
}

TEST_F(ApiFaultTest, AnErrorObjectInside200) {
  const Got got = with_fault(R"({"kind":"error_in_200"})");
  EXPECT_EQ(got.status, 200);
  EXPECT_TRUE(got.body.starts_with(R"({"error":)"));
}

TEST_F(ApiFaultTest, AStreamThatStallsAfterItsHead) {
  const Got got = with_fault(R"({"kind":"stall_after_headers","for_s":5})", R"(,"stream":true)");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, "");
  EXPECT_FALSE(got.whole);
  EXPECT_EQ(got.at, Time(std::chrono::seconds(5)));
}

TEST_F(ApiFaultTest, AConnectionThatIsCut) {
  const Got stream = with_fault(R"({"kind":"cut","after_bytes":40})", R"(,"stream":true)");
  EXPECT_EQ(stream.body.size(), 40U);
  EXPECT_FALSE(stream.whole);
  const Got whole = with_fault(R"({"kind":"cut","after_bytes":40})");
  EXPECT_EQ(whole.body.size(), 40U);
  EXPECT_FALSE(whole.whole);
}

TEST_F(ApiFaultTest, AnEventThatIsNoJson) {
  const Got got = with_fault(R"({"kind":"malformed_sse"})", R"(,"stream":true)");
  EXPECT_TRUE(got.body.starts_with("data: {\"id\": \n\n"));
  EXPECT_TRUE(got.body.ends_with("data: [DONE]\n\n"));
}

TEST_F(ApiFaultTest, AListOfModelsThatIsEmptyForAWhile) {
  world_.faults = FaultPlan::parse(R"({"faults":[{"kind":"models_empty","next":1}]})", "plan",
                                   world_.loop.now());
  EXPECT_NE(world_.ask_alone("GET", "/v1/models").body.find(R"("data":[])"), std::string::npos);
  EXPECT_NE(world_.ask_alone("GET", "/v1/models").body.find(R"("id":"m")"), std::string::npos);
}

TEST(RenderChatTest, WrapsMessagesAsLlama3Does) {
  EXPECT_EQ(render_chat({{.role = "user", .content = "Hi"}}),
            "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\n");
}

}  // namespace
}  // namespace spillway::serve
