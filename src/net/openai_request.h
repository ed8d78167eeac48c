// Requests of the OpenAI API: completions and chats, read and checked.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace spillway::net {

struct ChatMessage {
  std::string role;
  std::string content;
};

// One request, of either kind. What was not given is empty.
struct CompletionRequest {
  bool chat = false;
  std::string model;
  std::string prompt;                        // of a completion, given as text
  std::vector<std::uint32_t> prompt_tokens;  // or as the numbers of tokens
  std::vector<ChatMessage> messages;         // of a chat
  std::optional<std::uint32_t> max_tokens;   // also as max_completion_tokens
  std::uint32_t min_tokens = 0;
  bool ignore_eos = false;
  std::vector<std::string> stop;
  std::optional<std::int64_t> seed;
  std::optional<double> temperature;
  bool stream = false;
  bool include_usage = false;
  std::string session_id;
  std::string adapter_id;
};

// What the API answers instead: {"error": {"message", "type", "param", "code"}}.
struct ApiError {
  int status = 400;
  std::string message;
  std::string type = "invalid_request_error";
  std::string param = {};  // none
  std::string code = {};
};

struct RequestLimits {
  bool strict_fields = false;  // a field that the API does not know is an error
  std::size_t depth = 32;      // of objects and arrays in one another
  std::uint32_t most_tokens = 16'000'000;
};

// Reads a body. Fields of the API that would change the answer in a way that this server has no
// means for (tools, logprobs, n above 1, ...) are refused unless they ask for nothing; numbers
// outside of the API's ranges are refused; of the rest, what is unknown is passed over unless
// `strict_fields`, under which session_id and adapter_id, which no API has, are unknown, too.
// Of two members with one name the first counts.
std::variant<CompletionRequest, ApiError> parse_completion(std::string_view body, bool chat,
                                                           const RequestLimits& limits = {});

}  // namespace spillway::net
