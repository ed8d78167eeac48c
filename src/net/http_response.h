// An HTTP/1.1 response out of bytes that come in pieces of any length; its body is not copied.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "net/http_message.h"

namespace spillway::net {

struct HttpResponse {
  int status = 0;
  Headers headers;
  Headers trailers;  // that came after a chunked body
  bool keep_alive = false;

  std::string_view header(std::string_view name) const { return find_header(headers, name); }
};

// Reads one response. Interim ones (100 to 199) are passed over; 101 is a fault, since nobody asks
// for another protocol.
class HttpResponseReader {
 public:
  // `bodiless`: the answer to HEAD, whose headers speak of a body that does not come.
  HttpResponseReader(Bytes head_limit, bool bodiless);
  ~HttpResponseReader();
  HttpResponseReader(const HttpResponseReader&) = delete;
  HttpResponseReader& operator=(const HttpResponseReader&) = delete;

  enum class State : std::uint8_t { needs_more, head, body, done, failed };
  struct Step {
    State state = State::needs_more;
    std::size_t used = 0;        // of the bytes given: the rest is given again
    std::string_view body = {};  // of the bytes given, when the state is `body`
  };

  // The next thing in `bytes`: the head (once), a piece of the body, the end, or that the rest of
  // the bytes says nothing without more behind it.
  Step feed(std::string_view bytes);
  // The peer ended its direction, which ends some bodies: `done`, or `failed` for one cut short.
  State end();

  // Whole from `head` on; the trailers from `done` on.
  const HttpResponse& response() const;
  // Once it has failed: what is wrong.
  const std::string& fault() const { return fault_; }

 private:
  class Parser;

  Step parse(std::string_view bytes);
  Step fail(std::string fault, std::size_t used);

  Bytes head_limit_;
  bool bodiless_;
  bool head_given_ = false;
  std::unique_ptr<Parser> parser_;
  std::string fault_;
};

}  // namespace spillway::net
