// SPDX-License-Identifier: Apache-2.0
#include "net/openai_response.h"

#include <gtest/gtest.h>

#include <string>

namespace spillway::net {
namespace {

const AnswerHead kCompletion = {.id = "cmpl-1", .created = 5, .model = "m", .chat = false};
const AnswerHead kChat = {.id = "chatcmpl-1", .created = 5, .model = "m", .chat = true};
const Usage kUsage = {.prompt = 10,
                      .completion = 2,
                      .cached = 6,
                      .cached_device = 1,
                      .cached_host = 2,
                      .cached_disk = 3};
const std::string kUsageJson = R"({"prompt_tokens":10,"completion_tokens":2,"total_tokens":12,)"
                               R"("prompt_tokens_details":{"cached_tokens":6},)"
                               R"("cached_tokens_details":{"device":1,"host":2,"disk":3}})";

TEST(OpenAiResponseTest, WritesAWholeCompletion) {
  EXPECT_EQ(answer_body(kCompletion, "a\"b\n", "stop", kUsage),
            R"({"id":"cmpl-1","object":"text_completion","created":5,"model":"m","choices":[)"
            R"({"index":0,"text":"a\"b\n","logprobs":null,"finish_reason":"stop"}],"usage":)" +
                kUsageJson + "}");
}

TEST(OpenAiResponseTest, WritesAWholeChat) {
  EXPECT_EQ(answer_body(kChat, "hi", "length", kUsage),
            R"({"id":"chatcmpl-1","object":"chat.completion","created":5,"model":"m","choices":[)"
            R"({"index":0,"message":{"role":"assistant","content":"hi"},"logprobs":null,)"
            R"("finish_reason":"length"}],"usage":)" +
                kUsageJson + "}");
}

TEST(OpenAiResponseTest, StreamsAChat) {
  const ChunkWriter chunks(kChat, false);
  std::string events;
  chunks.add_role(events);
  chunks.add_text("é\n", events);
  chunks.add_end("stop", events);
  ChunkWriter::add_done(events);
  const std::string head =
      R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":5,"model":"m",)"
      R"("choices":[{"index":0,)";
  EXPECT_EQ(
      events,
      head +
          R"("delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]})" +
          "\n\n" + head + R"("delta":{"content":"é\n"},"logprobs":null,"finish_reason":null}]})" +
          "\n\n" + head + R"("delta":{},"logprobs":null,"finish_reason":"stop"}]})" +
          "\n\ndata: [DONE]\n\n");
}

TEST(OpenAiResponseTest, StreamsACompletionWithUsage) {
  const ChunkWriter chunks(kCompletion, true);
  std::string events;
  chunks.add_role(events);  // completions have none
  chunks.add_text(" x", events);
  chunks.add_end("length", events);
  chunks.add_usage(kUsage, events);
  const std::string head =
      R"(data: {"id":"cmpl-1","object":"text_completion","created":5,"model":"m","choices":[)";
  EXPECT_EQ(events,
            head +
                R"({"index":0,"text":" x","logprobs":null,"finish_reason":null}],"usage":null})" +
                "\n\n" + head +
                R"({"index":0,"text":"","logprobs":null,"finish_reason":"length"}],"usage":null})" +
                "\n\n" + head + R"(],"usage":)" + kUsageJson + "}\n\n");
}

TEST(OpenAiResponseTest, ListsModelsAndAdapters) {
  EXPECT_EQ(
      models_body({{.id = "m", .created = 5, .max_model_len = 9},
                   {.id = "a", .created = 5, .max_model_len = 9, .parent = "m"}}),
      R"({"object":"list","data":[{"id":"m","object":"model","created":5,"owned_by":"spillway",)"
      R"("root":"m","parent":null,"max_model_len":9},{"id":"a","object":"model","created":5,)"
      R"("owned_by":"spillway","root":"m","parent":"m","max_model_len":9}]})");
  EXPECT_EQ(models_body({}), R"({"object":"list","data":[]})");
}

TEST(OpenAiResponseTest, WritesErrors) {
  EXPECT_EQ(
      error_body({.status = 404, .message = "no", .param = "model"}),
      R"({"error":{"message":"no","type":"invalid_request_error","param":"model","code":null}})");
}

}  // namespace
}  // namespace spillway::net
