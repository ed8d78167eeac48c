// SPDX-License-Identifier: Apache-2.0
#include "net/openai_request.h"

#include <gtest/gtest.h>

#include <string>

namespace spillway::net {
namespace {

CompletionRequest read(std::string_view body, bool chat = false, const RequestLimits& limits = {}) {
  auto parsed = parse_completion(body, chat, limits);
  if (const auto* const error = std::get_if<ApiError>(&parsed)) ADD_FAILURE() << error->message;
  return std::holds_alternative<ApiError>(parsed) ? CompletionRequest{}
                                                  : std::get<CompletionRequest>(parsed);
}

ApiError refused(std::string_view body, bool chat = false, const RequestLimits& limits = {}) {
  const auto parsed = parse_completion(body, chat, limits);
  if (std::holds_alternative<CompletionRequest>(parsed)) {
    ADD_FAILURE() << "accepted: " << body;
    return {};
  }
  return std::get<ApiError>(parsed);
}

TEST(OpenAiRequestTest, ReadsACompletion) {
  const CompletionRequest request = read(
      R"({"model":"m","prompt":"Hi","max_tokens":5,"min_tokens":2,"ignore_eos":true,"seed":-3,
          "temperature":0.5,"top_p":1,"n":1,"stream":true,"stream_options":{"include_usage":true},
          "stop":["a","b"],"user":"u","session_id":"s","adapter_id":"x","unknown":[1,{"a":2}]})");
  EXPECT_EQ(request.model, "m");
  EXPECT_EQ(request.prompt, "Hi");
  EXPECT_EQ(request.max_tokens, 5U);
  EXPECT_EQ(request.min_tokens, 2U);
  EXPECT_TRUE(request.ignore_eos);
  EXPECT_EQ(request.seed, -3);
  EXPECT_EQ(request.temperature, 0.5);
  EXPECT_TRUE(request.stream);
  EXPECT_TRUE(request.include_usage);
  EXPECT_EQ(request.stop, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(request.session_id, "s");
  EXPECT_EQ(request.adapter_id, "x");
}

TEST(OpenAiRequestTest, APromptMayBeTokensOrAListOfOne) {
  EXPECT_EQ(read(R"({"model":"m","prompt":[1,2,4294967295]})").prompt_tokens,
            (std::vector<std::uint32_t>{1, 2, 4294967295U}));
  EXPECT_EQ(read(R"({"model":"m","prompt":[[7,8]]})").prompt_tokens,
            (std::vector<std::uint32_t>{7, 8}));
  EXPECT_EQ(read(R"({"model":"m","prompt":["one"]})").prompt, "one");
}

TEST(OpenAiRequestTest, ReadsAChat) {
  const CompletionRequest request = read(
      R"({"model":"m","max_completion_tokens":9,"max_tokens":9,"tools":[],"logprobs":false,
          "response_format":{"type":"text"},
          "messages":[{"role":"system","content":"S"},
                      {"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},
                      {"role":"assistant","content":null}]})",
      true);
  EXPECT_TRUE(request.chat);
  EXPECT_EQ(request.max_tokens, 9U);
  ASSERT_EQ(request.messages.size(), 3U);
  EXPECT_EQ(request.messages[0].role, "system");
  EXPECT_EQ(request.messages[1].content, "ab");
  EXPECT_EQ(request.messages[2].content, "");
}

TEST(OpenAiRequestTest, StrictFieldsRefuseWhatTheApiDoesNotKnow) {
  const RequestLimits strict{.strict_fields = true};
  for (const char* const field : {"session_id", "adapter_id", "surprise"}) {
    const std::string body = std::string(R"({"model":"m","prompt":"x",")") + field + R"(":"v"})";
    const ApiError error = refused(body, false, strict);
    EXPECT_EQ(error.status, 400);
    EXPECT_EQ(error.param, field);
    read(body);
  }
  EXPECT_EQ(
      read(R"({"model":"m","prompt":"x","user":"u","ignore_eos":true})", false, strict).prompt,
      "x");
}

struct Bad {
  std::string name;
  std::string body;
  std::string param;
  bool chat = false;
};

class OpenAiRefusalTest : public testing::TestWithParam<Bad> {};

TEST_P(OpenAiRefusalTest, NamesTheParameter) {
  const ApiError error = refused(GetParam().body, GetParam().chat);
  EXPECT_EQ(error.status, 400);
  EXPECT_EQ(error.type, "invalid_request_error");
  EXPECT_EQ(error.param, GetParam().param) << error.message;
  EXPECT_FALSE(error.message.empty());
}

std::string with(const std::string& members) {
  return R"({"model":"m","prompt":"x",)" + members + "}";
}

INSTANTIATE_TEST_SUITE_P(
    Bad, OpenAiRefusalTest,
    testing::Values(
        Bad{"no_json", "{", ""}, Bad{"no_object", "[1]", ""}, Bad{"empty", "", ""},
        Bad{"no_model", R"({"prompt":"x"})", "model"},
        Bad{"no_prompt", R"({"model":"m"})", "prompt"},
        Bad{"null_prompt", R"({"model":"m","prompt":null})", "prompt"},
        Bad{"two_prompts", R"({"model":"m","prompt":["a","b"]})", "prompt"},
        Bad{"empty_prompt", R"({"model":"m","prompt":[]})", "prompt"},
        Bad{"negative_token", R"({"model":"m","prompt":[1,-1]})", "prompt"},
        Bad{"large_token", R"({"model":"m","prompt":[4294967296]})", "prompt"},
        Bad{"mixed_tokens", R"({"model":"m","prompt":[1,"a"]})", "prompt"},
        Bad{"no_messages", R"({"model":"m"})", "messages", true},
        Bad{"bad_role", R"({"model":"m","messages":[{"role":"king","content":"x"}]})",
            "messages.role", true},
        Bad{"image",
            R"({"model":"m","messages":[{"role":"user","content":[{"type":"image_url"}]}]})",
            "messages.content", true},
        Bad{"tool_calls",
            R"({"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"1"}]}]})",
            "messages", true},
        Bad{"zero_tokens", with(R"("max_tokens":0)"), "max_tokens"},
        Bad{"text_tokens", with(R"("max_tokens":"5")"), "max_tokens"},
        Bad{"many_tokens", with(R"("max_tokens":99999999999)"), "max_tokens"},
        Bad{"two_opinions", with(R"("max_tokens":5,"max_completion_tokens":6)"),
            "max_completion_tokens"},
        Bad{"min_above_max", with(R"("max_tokens":5,"min_tokens":6)"), "min_tokens"},
        Bad{"hot", with(R"("temperature":2.1)"), "temperature"},
        Bad{"top_p", with(R"("top_p":0)"), "top_p"}, Bad{"n", with(R"("n":2)"), "n"},
        Bad{"best_of", with(R"("best_of":3)"), "best_of"},
        Bad{"penalty", with(R"("presence_penalty":-2.5)"), "presence_penalty"},
        Bad{"stop", with(R"("stop":[1])"), "stop"}, Bad{"stream", with(R"("stream":1)"), "stream"},
        Bad{"usage_alone", with(R"("stream_options":{"include_usage":true})"), "stream_options"},
        Bad{"logprobs", with(R"("logprobs":3)"), "logprobs"},
        Bad{"echo", with(R"("echo":true)"), "echo"}, Bad{"tools", with(R"("tools":[{}])"), "tools"},
        Bad{"tool_choice", with(R"("tool_choice":"required")"), "tool_choice"},
        Bad{"json_mode", with(R"("response_format":{"type":"json_object"})"), "response_format"},
        Bad{"seed", with(R"("seed":1.5)"), "seed"}),
    [](const auto& test) { return test.param.name; });

TEST(OpenAiRequestTest, DepthIsBounded) {
  std::string deep = R"({"model":"m","prompt":"x","y":)";
  for (int i = 0; i < 40; ++i) deep += "[";
  for (int i = 0; i < 40; ++i) deep += "]";
  EXPECT_NE(refused(deep + "}").message.find("not JSON"), std::string::npos);
}

}  // namespace
}  // namespace spillway::net
