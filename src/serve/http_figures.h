// HttpFigures: what a server's connections have carried, beside what its engine has done.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace spillway::serve {

// Counters run from the server's start; gauges are of now.
struct HttpFigures {
  std::array<std::uint64_t, 5> responses{};  // by class of status: [1] is 200 to 299
  std::uint64_t in_flight = 0;               // requests of the API being answered, now
  std::uint64_t connections = 0;             // open, now
  std::uint64_t received_bytes = 0;          // of heads and bodies, without TLS
  std::uint64_t sent_bytes = 0;
};

// Counts an answer of this status, 100 to 599.
constexpr void count_response(HttpFigures& figures, int status) {
  ++figures.responses.at(static_cast<std::size_t>(status / 100 - 1));
}

}  // namespace spillway::serve
