// SPDX-License-Identifier: Apache-2.0
#include "net/openai_answer.h"

#include <fmt/core.h>
#include <simdjson.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace spillway::net {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kKeptRaw = 64U << 10U;
constexpr std::string_view kDone = "[DONE]";
constexpr int kMostLearned = 8;  // in vain: a stream whose events are never alike
constexpr std::string_view kProbe = "a text that stands in for another";
constexpr std::string_view kBlanks = " \t\r\n\f\v";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// A member, unless it is missing or null.
std::optional<element> member(const object& from, std::string_view key) {
  element value;
  if (from.at_key(key).get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
  return value;
}

std::optional<object> object_in(const object& from, std::string_view key) {
  object value;
  if (from.at_key(key).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::string_view string_in(const object& from, std::string_view key) {
  std::string_view value;
  return from.at_key(key).get(value) == simdjson::SUCCESS ? value : std::string_view();
}

std::optional<std::uint64_t> count_in(const object& from, std::string_view key) {
  std::uint64_t value = 0;
  if (from.at_key(key).get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<object> first_choice(const object& payload) {
  simdjson::dom::array choices;
  object first;
  if (payload.at_key("choices").get(choices) != simdjson::SUCCESS) return std::nullopt;
  if (choices.at(0).get(first) != simdjson::SUCCESS) return std::nullopt;
  return first;
}

std::string error_in(const object& payload) {
  const std::optional<element> error = member(payload, "error");
  if (!error) return {};
  std::string_view text;
  if (error->get(text) == simdjson::SUCCESS) return std::string(text);
  object details;
  if (error->get(details) == simdjson::SUCCESS) text = string_in(details, "message");
  return text.empty() ? simdjson::to_string(*error) : std::string(text);
}

void read_usage(const object& payload, AnsweredUsage& usage) {
  const std::optional<object> given = object_in(payload, "usage");
  if (!given) return;
  const auto take = [&](std::string_view key, std::optional<std::uint64_t>& into) {
    if (const auto count = count_in(*given, key)) into = count;
  };
  take("prompt_tokens", usage.prompt);
  take("completion_tokens", usage.completion);
  if (const auto details = object_in(*given, "prompt_tokens_details")) {
    if (const auto cached = count_in(*details, "cached_tokens")) usage.cached = cached;
  }
}

std::string_view text_of_choice(const object& choice) {
  const std::string_view text = string_in(choice, "text");
  if (!text.empty()) return text;
  const std::optional<object> message = object_in(choice, "message");
  return message ? string_in(*message, "content") : std::string_view();
}

// What an event of a stream says of its answer's text.
struct Delta {
  std::string_view text;
  bool thinks = false;  // there is text, of reasoning
};
Delta delta_in(const object& choice) {
  Delta delta{.text = string_in(choice, "text")};
  const std::optional<object> nested = object_in(choice, "delta");
  if (delta.text.empty() && nested) {
    delta.text = string_in(*nested, "content");
    delta.thinks = !string_in(*nested, "reasoning_content").empty() ||
                   !string_in(*nested, "reasoning").empty();
  }
  return delta;
}

// A JSON string of these characters is the characters themselves.
bool stands_for_itself(std::string_view text) {
  const bool plain = std::ranges::all_of(
      text, [](char c) { return c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20; });
  return plain && simdjson::validate_utf8(text.data(), text.size());
}

std::string type_of_payload(const object& payload) {
  if (member(payload, "error")) return "error";
  if (const auto choice = first_choice(payload)) {
    if (const auto delta = object_in(*choice, "delta")) {
      return string_in(*delta, "content").empty() ? "delta" : "delta_content";
    }
    const std::optional<element> text = member(*choice, "text");
    if (text && text->is_string()) return "token";
    if (member(*choice, "finish_reason")) return "finish";
  }
  const std::string_view kind = string_in(payload, "object");
  return kind.empty() ? "data" : std::string(kind);
}

}  // namespace

struct AnswerReader::Parser {
  // Null when it is no JSON object; valid until the next call.
  std::optional<object> parse(std::string_view text) {
    object value;
    if (parser.parse(text.data(), text.size()).get(value) != simdjson::SUCCESS) return std::nullopt;
    return value;
  }
  simdjson::dom::parser parser;
};

std::string event_type(const SseEvent& event) {
  if (!event.name.empty()) return lower(event.name);
  simdjson::dom::parser parser;
  object payload;
  const auto fault = parser.parse(event.data.data(), event.data.size()).get(payload);
  return fault == simdjson::SUCCESS ? type_of_payload(payload) : "data";
}

AnswerReader::AnswerReader() : parser_(std::make_unique<Parser>()) {}

AnswerReader::~AnswerReader() = default;

void AnswerReader::feed(std::string_view bytes, Time at) {
  if (raw_.size() < kKeptRaw && !any_json_) raw_ += bytes.substr(0, kKeptRaw - raw_.size());
  events_.feed(bytes, [&](const SseEvent& event) { take(event, at); });
}

Answer AnswerReader::finish(Time at) {
  events_.finish([&](const SseEvent& event) { take(event, at); });
  if (answer_.fault.empty()) answer_.fault = events_.fault();
  if (answer_.text.empty()) answer_.text = any_json_ ? last_text_ : raw_;
  return std::move(answer_);
}

void AnswerReader::take(const SseEvent& event, Time at) {
  ++answer_.events;
  const std::string_view data = trimmed(event.data);
  if (!answer_.first && !data.empty()) {
    answer_.first = at;
    answer_.first_type = event_type(event);
  }
  if (data == kDone) {
    answer_.done = true;
  } else if (!data.empty()) {
    take_payload(event, at);
  }
}

void AnswerReader::take_payload(const SseEvent& event, Time at) {
  if (take_as_before(event.data, at)) return;
  const std::optional<object> payload = parser_->parse(event.data);
  if (!payload) {
    if (answer_.fault.empty()) {
      answer_.fault = fmt::format("an event is no JSON object: {}", event.data.substr(0, 80));
    }
    return;
  }
  any_json_ = true;
  if (answer_.id.empty()) answer_.id = string_in(*payload, "id");
  if (answer_.error.empty()) answer_.error = error_in(*payload);
  read_usage(*payload, answer_.usage);
  const std::optional<object> choice = first_choice(*payload);
  if (!choice) return;
  const Delta delta = delta_in(*choice);
  (!delta.text.empty() || delta.thinks ? answer_.contents : answer_.textless).push_back(at);
  answer_.text += delta.text;
  last_text_ = text_of_choice(*choice);
  const std::string_view reason = string_in(*choice, "finish_reason");
  if (!reason.empty()) answer_.finish_reason = reason;
  const bool only_text = !delta.text.empty() && !delta.thinks && reason.empty() &&
                         !member(*payload, "error") && !member(*payload, "usage");
  if (only_text) learn(event, std::string(delta.text));
}

bool AnswerReader::take_as_before(std::string_view payload, Time at) {
  const std::size_t around = before_text_.size() + after_text_.size();
  if (before_text_.empty() || payload.size() <= around || !payload.starts_with(before_text_) ||
      !payload.ends_with(after_text_)) {
    return false;
  }
  const std::string_view text = payload.substr(before_text_.size(), payload.size() - around);
  if (!stands_for_itself(text)) return false;
  learned_ = 0;
  answer_.contents.push_back(at);
  answer_.text += text;
  return true;
}

// That the text is what stands between the two is shown by parsing the event with another in its
// place.
void AnswerReader::learn(const SseEvent& event, std::string_view text) {
  if (learned_ == kMostLearned || !stands_for_itself(text)) return;
  ++learned_;
  before_text_.clear();
  const std::string quoted = fmt::format("\"{}\"", text);
  for (std::size_t at = event.data.find(quoted); at != std::string::npos;
       at = event.data.find(quoted, at + 1)) {
    const std::string before = event.data.substr(0, at + 1);
    const std::string after = event.data.substr(at + 1 + text.size());
    const std::optional<object> probe =
        parser_->parse(fmt::format("{}{}{}", before, kProbe, after));
    const std::optional<object> choice = probe ? first_choice(*probe) : std::nullopt;
    if (!choice || delta_in(*choice).text != kProbe) continue;
    before_text_ = before;
    after_text_ = after;
    return;
  }
}

Answer read_answer(std::string_view body) {
  Answer answer;
  thread_local simdjson::dom::parser parser;  // its memory serves every answer
  object payload;
  const auto fault = parser.parse(body.data(), body.size()).get(payload);
  if (fault != simdjson::SUCCESS) {
    answer.fault = fmt::format("the body is no JSON object: {}", body.substr(0, 80));
    answer.text = body;
    return answer;
  }
  answer.id = string_in(payload, "id");
  answer.error = error_in(payload);
  read_usage(payload, answer.usage);
  if (const auto choice = first_choice(payload)) {
    answer.text = text_of_choice(*choice);
    answer.finish_reason = string_in(*choice, "finish_reason");
  }
  return answer;
}

std::optional<std::string> read_error(std::string_view body) {
  simdjson::dom::parser parser;
  object payload;
  if (parser.parse(body.data(), body.size()).get(payload) != simdjson::SUCCESS) return std::nullopt;
  std::string error = error_in(payload);
  if (error.empty()) return std::nullopt;
  return error;
}

std::optional<std::vector<std::string>> read_models(std::string_view body) {
  simdjson::dom::parser parser;
  object payload;
  simdjson::dom::array data;
  if (parser.parse(body.data(), body.size()).get(payload) != simdjson::SUCCESS ||
      payload.at_key("data").get(data) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  std::vector<std::string> models;
  for (const element entry : data) {
    object card;
    if (entry.get(card) != simdjson::SUCCESS) return std::nullopt;
    const std::string_view id = string_in(card, "id");
    if (!id.empty()) models.emplace_back(id);
  }
  return models;
}

}  // namespace spillway::net
