// How a request to a serving endpoint failed: one word in every artifact.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace spillway::record {

enum class CompletionFault : std::uint8_t {
  none,
  connect,       // no connection: refused, unreachable, or not within the deadline
  tls,           // no agreement on TLS: a certificate that is not trusted, say
  timeout,       // the answer was not whole within the deadline of the request
  stall,         // the answer began, or was waited for, and nothing came for too long
  cut,           // the connection ended within the answer
  protocol,      // what came is not HTTP
  http_429,      // refused for now
  http_4xx,      // the request was wrong, says the server
  http_5xx,      // the server was wrong, says the server
  http_other,    // neither 2xx nor an error: a redirect
  error_object,  // status 2xx around an error
  malformed,     // status 2xx around something that is no answer of the API
  stopped,       // the run ended before the request
};

inline constexpr std::size_t kCompletionFaults = 14;

constexpr const char* name_of(CompletionFault fault) {
  constexpr std::array<const char*, kCompletionFaults> kNames = {
      "none",     "connect",  "tls",      "timeout",    "stall",        "cut",       "protocol",
      "http_429", "http_4xx", "http_5xx", "http_other", "error_object", "malformed", "stopped"};
  return kNames.at(static_cast<std::size_t>(fault));
}

}  // namespace spillway::record
