// Any bytes are a response, part of one, or a fault; and how they are cut makes no difference.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"
#include "net/http_response.h"

namespace {

using spillway::net::HttpResponseReader;
using State = HttpResponseReader::State;

struct Read {
  State state = State::needs_more;
  int status = 0;
  std::string body;

  bool operator==(const Read&) const = default;
};

Read read(std::string_view bytes, std::size_t piece) {
  HttpResponseReader reader(spillway::Bytes(4096), false);
  Read result;
  std::size_t used = 0;
  for (std::size_t given = 0; given < bytes.size();) {
    given = std::min(given + piece, bytes.size());
    do {
      const auto step = reader.feed(bytes.substr(used, given - used));
      used += step.used;
      spillway::check(used <= given, "no more is used than was given");
      result.body += step.body;
      result.state = step.state;
    } while (result.state == State::head || result.state == State::body);
    if (result.state != State::needs_more) break;
  }
  if (result.state == State::needs_more) result.state = reader.end();
  if (result.state == State::done) result.status = reader.response().status;
  return result;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  const Read whole = read(bytes, std::max<std::size_t>(size, 1));
  const Read cut = read(bytes, 7);
  if (whole.state == State::done) spillway::check(whole == cut, "cuts make no difference");
  return 0;
}
