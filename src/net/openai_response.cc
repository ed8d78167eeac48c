// SPDX-License-Identifier: Apache-2.0
#include "net/openai_response.h"

#include "text/json_writer.h"

namespace spillway::net {
namespace {

using text::JsonWriter;

// The text as a JSON string, with its quotes.
void append_quoted(std::string_view text, std::string& to) {
  JsonWriter json;
  json.value(text);
  to += json.text();
}

void write_usage(const Usage& usage, JsonWriter& json) {
  json.begin_object();
  json.key("prompt_tokens").value(usage.prompt);
  json.key("completion_tokens").value(usage.completion);
  json.key("total_tokens").value(usage.prompt + usage.completion);
  json.key("prompt_tokens_details").begin_object();
  json.key("cached_tokens").value(usage.cached);
  json.end_object();
  json.key("cached_tokens_details").begin_object();
  json.key("device").value(usage.cached_device);
  json.key("host").value(usage.cached_host);
  json.key("disk").value(usage.cached_disk);
  json.end_object();
  json.end_object();
}

void write_head(const AnswerHead& head, std::string_view object, JsonWriter& json) {
  json.key("id").value(head.id);
  json.key("object").value(object);
  json.key("created").value(head.created);
  json.key("model").value(head.model);
}

void write_card(const ModelCard& card, JsonWriter& json) {
  json.begin_object();
  json.key("id").value(card.id);
  json.key("object").value("model");
  json.key("created").value(card.created);
  json.key("owned_by").value("spillway");
  json.key("root").value(card.parent.empty() ? card.id : card.parent);
  json.key("parent");
  if (card.parent.empty()) {
    json.null();
  } else {
    json.value(card.parent);
  }
  json.key("max_model_len").value(card.max_model_len);
  json.end_object();
}

}  // namespace

std::string answer_body(const AnswerHead& head, std::string_view text,
                        std::string_view finish_reason, const Usage& usage) {
  JsonWriter json;
  json.begin_object();
  write_head(head, head.chat ? "chat.completion" : "text_completion", json);
  json.key("choices").begin_array().begin_object();
  json.key("index").value(0);
  if (head.chat) {
    json.key("message").begin_object();
    json.key("role").value("assistant");
    json.key("content").value(text);
    json.end_object();
  } else {
    json.key("text").value(text);
  }
  json.key("logprobs").null();
  json.key("finish_reason").value(finish_reason);
  json.end_object().end_array();
  json.key("usage");
  write_usage(usage, json);
  json.end_object();
  return json.text();
}

ChunkWriter::ChunkWriter(const AnswerHead& head, bool include_usage) : chat_(head.chat) {
  JsonWriter json;
  json.begin_object();
  write_head(head, chat_ ? "chat.completion.chunk" : "text_completion", json);
  begin_ = "data: " + json.text() + R"(,"choices":[)";
  text_begin_ = begin_ + (chat_ ? R"({"index":0,"delta":{"content":)" : R"({"index":0,"text":)");
  choices_end_ = include_usage ? "],\"usage\":null}\n\n" : "]}\n\n";
  text_end_ = (chat_ ? R"(},"logprobs":null,"finish_reason":null})"
                     : R"(,"logprobs":null,"finish_reason":null})") +
              choices_end_;
}

void ChunkWriter::add_role(std::string& events) const {
  if (!chat_) return;
  events += begin_;
  events += R"({"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,)"
            R"("finish_reason":null})";
  events += choices_end_;
}

void ChunkWriter::add_text(std::string_view text, std::string& events) const {
  events += text_begin_;
  append_quoted(text, events);
  events += text_end_;
}

void ChunkWriter::add_end(std::string_view finish_reason, std::string& events) const {
  events += begin_;
  events += chat_ ? R"({"index":0,"delta":{},"logprobs":null,"finish_reason":)"
                  : R"({"index":0,"text":"","logprobs":null,"finish_reason":)";
  append_quoted(finish_reason, events);
  events += "}";
  events += choices_end_;
}

void ChunkWriter::add_usage(const Usage& usage, std::string& events) const {
  JsonWriter json;
  write_usage(usage, json);
  events += begin_;
  events += R"(],"usage":)";
  events += json.text();
  events += "}\n\n";
}

void ChunkWriter::add_done(std::string& events) { events += "data: [DONE]\n\n"; }

std::string model_body(const ModelCard& card) {
  JsonWriter json;
  write_card(card, json);
  return json.text();
}

std::string models_body(const std::vector<ModelCard>& cards) {
  JsonWriter json;
  json.begin_object();
  json.key("object").value("list");
  json.key("data").begin_array();
  for (const ModelCard& card : cards) write_card(card, json);
  json.end_array();
  json.end_object();
  return json.text();
}

std::string error_body(const ApiError& error) {
  JsonWriter json;
  const auto text_or_null = [&](const char* name, const std::string& text) {
    json.key(name);
    if (text.empty()) {
      json.null();
    } else {
      json.value(text);
    }
  };
  json.begin_object();
  json.key("error").begin_object();
  json.key("message").value(error.message);
  json.key("type").value(error.type);
  text_or_null("param", error.param);
  text_or_null("code", error.code);
  json.end_object().end_object();
  return json.text();
}

}  // namespace spillway::net
