// HttpClient: requests on one connection, answers as they arrive, stamped at the socket.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "async/loop.h"
#include "async/stop.h"
#include "async/task.h"
#include "core/bytes.h"
#include "core/time.h"
#include "net/http_message.h"
#include "net/http_response.h"
#include "net/stream.h"

namespace spillway::net {

// What became of an exchange. `idle_closed`: a connection that had answered before was closed by
// the peer while it lay idle, and not a byte of this answer came; a fresh one may be tried.
enum class HttpFault : std::uint8_t { none, idle_closed, cut, malformed, stopped };

// "stopped", "the answer was cut short".
std::string_view to_text(HttpFault fault);

// Borrowed until send() returns. Content-Length is added when there is a body or the method is
// POST; the headers must have Host, and no line breaks.
struct HttpCall {
  std::string_view method = "GET";
  std::string_view target;
  const Headers& headers;
  std::string_view body = {};
};

struct HttpHead {
  HttpFault fault = HttpFault::none;
  std::string detail = {};  // of the fault
  HttpResponse response = {};
  Time at{};  // when its last bytes were read from the stream
};

// A piece of a body, or its end: then there are no bytes, and the fault says how it ended.
struct BodyPiece {
  HttpFault fault = HttpFault::none;
  std::string_view bytes = {};  // valid until the next call
  Time at{};  // when they were read from the stream, before anything looked at them

  bool ok() const { return fault == HttpFault::none && !bytes.empty(); }
};

struct HttpClientOptions {
  Bytes head{16U << 10U};    // status line and headers
  Bytes buffer{64U << 10U};  // what is read at once; the head and the line of a chunk fit in
};

// One exchange after another, on one loop. A request is written whole before its answer is read,
// so a peer that neither reads nor answers is ended by the stop alone.
class HttpClient {
 public:
  HttpClient(async::Loop& loop, std::unique_ptr<Stream> stream,
             const HttpClientOptions& options = {});

  // Writes the request and reads the head of the answer.
  async::Task<HttpHead> send(const HttpCall& call, async::Stop& stop);
  // The next piece of the answer's body, or its end, of what has been read from the stream already;
  // nothing when the stream must be asked.
  std::optional<BodyPiece> next_body();
  // The same, as soon as there is one.
  async::Task<BodyPiece> read_body(async::Stop& stop);

  // The answer has ended in order, and both ends keep the connection.
  bool reusable() const;
  // Of the last answer, once its body has ended.
  const Headers& trailers() const;
  // The exchange is off: the peer sees the connection go.
  void close() { stream_->close(); }

 private:
  using State = HttpResponseReader::State;

  async::Task<HttpHead> read_head(async::Stop& stop);
  async::Task<HttpFault> fill(async::Stop& stop);
  HttpResponseReader::Step parse();
  HttpFault end_of(const Transfer& read);

  async::Loop& loop_;
  std::unique_ptr<Stream> stream_;
  HttpClientOptions options_;
  std::unique_ptr<char[]> buffer_;  // not written before it is used: most answers touch one page
  std::size_t begin_ = 0;           // of what is unread in the buffer
  std::size_t end_ = 0;
  Time read_at_{};
  std::unique_ptr<HttpResponseReader> reader_;
  State state_ = State::done;
  std::uint64_t answers_ = 0;
  bool any_byte_ = false;  // of this answer
  std::string detail_;
};

}  // namespace spillway::net
