// SPDX-License-Identifier: Apache-2.0
#include "net/openai_request.h"

#include <fmt/core.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace spillway::net {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr std::size_t kMostStops = 16;

// Thrown inside of this file only: the first thing that is wrong ends the reading.
struct Refusal {
  ApiError error;
};

[[noreturn]] void refuse(std::string_view param, std::string message) {
  throw Refusal{{.message = std::move(message), .param = std::string(param)}};
}

[[noreturn]] void refuse_type(std::string_view param, std::string_view expected) {
  refuse(param, fmt::format("{}: expected {}", param, expected));
}

std::string text_of(std::string_view param, element value) {
  if (!value.is_string()) refuse_type(param, "a string");
  return std::string(value.get_string().value_unsafe());
}

bool flag_of(std::string_view param, element value) {
  if (!value.is_bool()) refuse_type(param, "true or false");
  return value.get_bool().value_unsafe();
}

std::int64_t whole_of(std::string_view param, element value, std::int64_t low, std::int64_t high) {
  if (!value.is_int64()) refuse_type(param, "a whole number");
  const std::int64_t number = value.get_int64().value_unsafe();
  if (number < low || number > high) {
    refuse(param, fmt::format("{}: {} is not within {} to {}", param, number, low, high));
  }
  return number;
}

double number_of(std::string_view param, element value, double low, double high) {
  double number = 0;
  if (!value.is_number() || value.get_double().get(number) != simdjson::SUCCESS) {
    refuse_type(param, "a number");
  }
  if (number < low || number > high) {
    refuse(param, fmt::format("{}: {} is not within {} to {}", param, number, low, high));
  }
  return number;
}

// Members that ask for nothing beyond the ordinary.
bool is_neutral(element value) {
  switch (value.type()) {
    case element_type::NULL_VALUE:
      return true;
    case element_type::BOOL:
      return !value.get_bool().value_unsafe();
    case element_type::INT64:
      return value.get_int64().value_unsafe() == 0;
    case element_type::DOUBLE:
      return value.get_double().value_unsafe() == 0;
    case element_type::STRING:
      return value.get_string().value_unsafe().empty();
    case element_type::ARRAY:
      return value.get_array().value_unsafe().size() == 0;
    case element_type::OBJECT:
      return value.get_object().value_unsafe().size() == 0;
    default:
      return false;
  }
}

class Reader {
 public:
  Reader(bool chat, const RequestLimits& limits) : limits_(limits) { request_.chat = chat; }

  CompletionRequest read(simdjson::dom::object body) {
    for (const auto& [key, value] : body) member(key, value);
    if (request_.model.empty()) refuse("model", "model: a name is needed");
    if (request_.chat && request_.messages.empty()) {
      refuse("messages", "messages: at least one is needed");
    }
    if (!request_.chat && !has_prompt_) refuse("prompt", "prompt: text or tokens are needed");
    if (request_.include_usage && !request_.stream) {
      refuse("stream_options", "stream_options: only with stream");
    }
    if (request_.max_tokens && request_.min_tokens > *request_.max_tokens) {
      refuse("min_tokens", "min_tokens: more than max_tokens");
    }
    return std::move(request_);
  }

 private:
  using Handler = void (Reader::*)(std::string_view, element);
  struct Known {
    std::string_view name;
    Handler handler;
  };

  void member(std::string_view key, element value) {
    static constexpr std::array kKnown = {
        Known{.name = "model", .handler = &Reader::model},
        Known{.name = "prompt", .handler = &Reader::prompt},
        Known{.name = "messages", .handler = &Reader::messages},
        Known{.name = "max_tokens", .handler = &Reader::max_tokens},
        Known{.name = "max_completion_tokens", .handler = &Reader::max_tokens},
        Known{.name = "min_tokens", .handler = &Reader::min_tokens},
        Known{.name = "ignore_eos", .handler = &Reader::ignore_eos},
        Known{.name = "stop", .handler = &Reader::stop},
        Known{.name = "seed", .handler = &Reader::seed},
        Known{.name = "temperature", .handler = &Reader::temperature},
        Known{.name = "top_p", .handler = &Reader::top_p},
        Known{.name = "stream", .handler = &Reader::stream},
        Known{.name = "stream_options", .handler = &Reader::stream_options},
        Known{.name = "n", .handler = &Reader::exactly_one},
        Known{.name = "best_of", .handler = &Reader::exactly_one},
        Known{.name = "presence_penalty", .handler = &Reader::penalty},
        Known{.name = "frequency_penalty", .handler = &Reader::penalty},
        Known{.name = "user", .handler = &Reader::any_text},
        Known{.name = "metadata", .handler = &Reader::anything},
        Known{.name = "store", .handler = &Reader::anything},
        Known{.name = "service_tier", .handler = &Reader::anything},
        Known{.name = "parallel_tool_calls", .handler = &Reader::anything},
        Known{.name = "session_id", .handler = &Reader::session_id},
        Known{.name = "adapter_id", .handler = &Reader::adapter_id},
        Known{.name = "echo", .handler = &Reader::impossible},
        Known{.name = "logprobs", .handler = &Reader::impossible},
        Known{.name = "top_logprobs", .handler = &Reader::impossible},
        Known{.name = "logit_bias", .handler = &Reader::impossible},
        Known{.name = "suffix", .handler = &Reader::impossible},
        Known{.name = "tools", .handler = &Reader::impossible},
        Known{.name = "tool_choice", .handler = &Reader::no_tools},
        Known{.name = "functions", .handler = &Reader::impossible},
        Known{.name = "function_call", .handler = &Reader::no_tools},
        Known{.name = "response_format", .handler = &Reader::response_format},
        Known{.name = "audio", .handler = &Reader::impossible},
        Known{.name = "modalities", .handler = &Reader::modalities},
    };
    const auto* const known = std::ranges::find(kKnown, key, &Known::name);
    if (known == kKnown.end()) {
      if (limits_.strict_fields) refuse(key, fmt::format("{}: the API has no such field", key));
      return;
    }
    // Null stands for a member that was left out.
    if (value.is_null() && known->handler != &Reader::prompt) return;
    (this->*known->handler)(key, value);
  }

  void model(std::string_view key, element value) { request_.model = text_of(key, value); }

  void prompt(std::string_view key, element value) {
    has_prompt_ = true;
    if (value.is_string()) {
      request_.prompt = text_of(key, value);
      return;
    }
    if (!value.is_array()) refuse_type(key, "text, or an array of tokens");
    const simdjson::dom::array list = value.get_array().value_unsafe();
    if (list.size() == 0) refuse(key, "prompt: empty");
    const element first = *list.begin();
    if (first.is_string() || first.is_array()) {
      if (list.size() > 1) refuse(key, "prompt: one at a time");
      prompt(key, first);
      return;
    }
    constexpr std::int64_t kHighest = std::numeric_limits<std::uint32_t>::max();
    request_.prompt_tokens.reserve(list.size());
    for (const element token : list) {
      request_.prompt_tokens.push_back(
          static_cast<std::uint32_t>(whole_of("prompt", token, 0, kHighest)));
    }
  }

  void messages(std::string_view key, element value) {
    if (!value.is_array()) refuse_type(key, "an array of messages");
    const simdjson::dom::array list = value.get_array().value_unsafe();
    for (const element one : list) {
      if (!one.is_object()) refuse_type(key, "an array of messages");
      request_.messages.push_back(message(one.get_object().value_unsafe()));
    }
  }

  ChatMessage message(simdjson::dom::object object) {
    ChatMessage message;
    for (const auto& [key, value] : object) {
      if (key == "role") message.role = text_of("messages.role", value);
      if (key == "content") message.content = content(value);
      const bool calls = key == "tool_calls" || key == "function_call";
      if (calls && !is_neutral(value)) refuse("messages", "messages: tools are not supported");
    }
    constexpr std::array<std::string_view, 5> kRoles = {"system", "developer", "user", "assistant",
                                                        "tool"};
    if (std::ranges::find(kRoles, message.role) == kRoles.end()) {
      refuse("messages.role", fmt::format("messages.role: there is no \"{}\"", message.role));
    }
    return message;
  }

  static std::string content(element value) {
    if (value.is_null()) return "";  // of an assistant who called a tool
    if (value.is_string()) return std::string(value.get_string().value_unsafe());
    if (!value.is_array()) refuse_type("messages.content", "text, or an array of parts");
    std::string all;
    const simdjson::dom::array list = value.get_array().value_unsafe();
    for (const element part : list) {
      std::string_view type;
      std::string_view text;
      const bool is_text = part.is_object() && part["type"].get(type) == simdjson::SUCCESS &&
                           type == "text" && part["text"].get(text) == simdjson::SUCCESS;
      if (!is_text)
        refuse("messages.content", "messages.content: only parts of text are supported");
      all += text;
    }
    return all;
  }

  // max_tokens is the older name; a chat may have both, but not two opinions.
  void max_tokens(std::string_view key, element value) {
    const auto tokens = static_cast<std::uint32_t>(whole_of(key, value, 1, limits_.most_tokens));
    if (request_.max_tokens && *request_.max_tokens != tokens) {
      refuse(key, "max_tokens and max_completion_tokens: two different numbers");
    }
    request_.max_tokens = tokens;
  }
  void min_tokens(std::string_view key, element value) {
    request_.min_tokens = static_cast<std::uint32_t>(whole_of(key, value, 0, limits_.most_tokens));
  }
  void ignore_eos(std::string_view key, element value) {
    request_.ignore_eos = flag_of(key, value);
  }
  void stop(std::string_view key, element value) {
    if (value.is_string()) {
      request_.stop = {text_of(key, value)};
      return;
    }
    if (!value.is_array()) refuse_type(key, "a string, or an array of strings");
    const simdjson::dom::array list = value.get_array().value_unsafe();
    if (list.size() > kMostStops)
      refuse(key, fmt::format("stop: more than {} strings", kMostStops));
    for (const element one : list) request_.stop.push_back(text_of(key, one));
  }
  void seed(std::string_view key, element value) {
    request_.seed = whole_of(key, value, std::numeric_limits<std::int64_t>::min(),
                             std::numeric_limits<std::int64_t>::max());
  }
  void temperature(std::string_view key, element value) {
    request_.temperature = number_of(key, value, 0, 2);
  }
  void top_p(std::string_view key, element value) {
    if (number_of(key, value, 0, 1) == 0) refuse(key, "top_p: 0 leaves nothing to choose from");
  }
  void penalty(std::string_view key, element value) { number_of(key, value, -2, 2); }
  void stream(std::string_view key, element value) { request_.stream = flag_of(key, value); }
  void stream_options(std::string_view key, element value) {
    if (!value.is_object()) refuse_type(key, "an object");
    const simdjson::dom::object members = value.get_object().value_unsafe();
    for (const auto& [name, option] : members) {
      if (name == "include_usage") {
        request_.include_usage = flag_of("stream_options.include_usage", option);
      } else if (limits_.strict_fields && name != "include_obfuscation") {
        refuse(key, fmt::format("stream_options.{}: the API has no such field", name));
      }
    }
  }
  void exactly_one(std::string_view key, element value) {
    if (whole_of(key, value, 0, std::numeric_limits<std::int64_t>::max()) != 1) {
      refuse(key, fmt::format("{}: one answer at a time", key));
    }
  }
  void session_id(std::string_view key, element value) {
    if (limits_.strict_fields) refuse(key, "session_id: the API has no such field");
    request_.session_id = text_of(key, value);
  }
  void adapter_id(std::string_view key, element value) {
    if (limits_.strict_fields) refuse(key, "adapter_id: the API has no such field");
    request_.adapter_id = text_of(key, value);
  }
  void any_text(std::string_view key, element value) { text_of(key, value); }
  void anything(std::string_view /*key*/, element /*value*/) {}
  void impossible(std::string_view key, element value) {
    if (!is_neutral(value)) refuse(key, fmt::format("{}: not supported", key));
  }
  void no_tools(std::string_view key, element value) {
    std::string_view choice;
    const bool none =
        value.get(choice) == simdjson::SUCCESS && (choice == "none" || choice == "auto");
    if (!none) refuse(key, fmt::format("{}: tools are not supported", key));
  }
  void response_format(std::string_view key, element value) {
    std::string_view type;
    const bool text =
        value.is_object() && value["type"].get(type) == simdjson::SUCCESS && type == "text";
    if (!text) refuse(key, "response_format: only text is supported");
  }
  void modalities(std::string_view key, element value) {
    if (!value.is_array()) refuse_type(key, "an array");
    const simdjson::dom::array list = value.get_array().value_unsafe();
    for (const element one : list) {
      if (text_of(key, one) != "text") refuse(key, "modalities: only text is supported");
    }
  }

  const RequestLimits& limits_;
  CompletionRequest request_;
  bool has_prompt_ = false;
};

}  // namespace

std::variant<CompletionRequest, ApiError> parse_completion(std::string_view body, bool chat,
                                                           const RequestLimits& limits) {
  simdjson::dom::parser parser;
  element document;
  const bool room =
      parser.allocate(std::max<std::size_t>(body.size(), 1), limits.depth) == simdjson::SUCCESS;
  const auto fault =
      room ? parser.parse(body.data(), body.size()).get(document) : simdjson::MEMALLOC;
  if (fault != simdjson::SUCCESS) {
    return ApiError{.message =
                        fmt::format("the body is not JSON: {}", simdjson::error_message(fault))};
  }
  if (!document.is_object()) return ApiError{.message = "the body is not a JSON object"};
  try {
    return Reader(chat, limits).read(document.get_object().value_unsafe());
  } catch (Refusal& refusal) {
    return std::move(refusal.error);
  }
}

}  // namespace spillway::net
