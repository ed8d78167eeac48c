// Any bytes are a request of the API or an error of it; none ends the program.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "core/error.h"
#include "net/openai_request.h"
#include "net/openai_response.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  for (const bool chat : {false, true}) {
    for (const bool strict : {false, true}) {
      const auto parsed = spillway::net::parse_completion(text, chat, {.strict_fields = strict});
      if (const auto* const error = std::get_if<spillway::net::ApiError>(&parsed)) {
        spillway::check(error->status == 400 && !error->message.empty(), "an error says why");
        spillway::net::error_body(*error);
      } else {
        const auto& request = std::get<spillway::net::CompletionRequest>(parsed);
        spillway::check(!request.model.empty() && request.chat == chat, "a request has a model");
      }
    }
  }
  return 0;
}
