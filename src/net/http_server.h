// HttpServer: HTTP/1.1 on streams, one frame a connection; answers whole or piece by piece.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "async/group.h"
#include "async/loop.h"
#include "async/stop.h"
#include "async/task.h"
#include "core/time.h"
#include "net/http_message.h"
#include "net/stream.h"
#include "net/tcp.h"

namespace spillway::net {

// How long a peer may take, and how much it may have.
struct HttpServerOptions {
  HttpLimits limits;
  std::size_t connections = 10'000;             // at a time; those above get 503
  Duration idle = std::chrono::minutes(2);      // between two requests
  Duration receive = std::chrono::seconds(30);  // of a request, from its first byte
  Duration send = std::chrono::seconds(30);     // that one write may wait for the peer
  Duration total = std::chrono::hours(1);       // of a request and its answer
};

// What a server did since it was made; open and in_flight are of now.
struct HttpCounts {
  std::uint64_t connections = 0;
  std::uint64_t connections_refused = 0;
  std::uint64_t open = 0;
  std::uint64_t requests = 0;
  std::uint64_t in_flight = 0;
  std::array<std::uint64_t, 6> by_status_class{};  // [4]: answers of 400 to 499; [0]: cut short
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
};

class HttpServer;

// One request and the answer to it, which is given whole by respond(), or piece by piece between
// begin() and finish(). A false says that the peer is gone, or too slow: nothing more can be sent.
class HttpExchange {
 public:
  HttpExchange(HttpServer& server, Stream& stream, HttpRequest request, std::string& unread,
               async::Stop& stop);

  const HttpRequest& request() const { return request_; }
  // Requested when the server stops, when the time for the request is over, and, while it is
  // watched, when the peer goes away.
  async::Stop& gone() { return gone_; }
  // Runs `body` and looks out for the peer meanwhile: for answers that take their time.
  async::Task<> watched(const std::function<async::Task<>()>& body);

  // Headers beside Content-Type, Content-Length and Connection.
  async::Task<bool> respond(int status, std::string_view content_type, std::string_view body,
                            const Headers& headers = {});

  async::Task<bool> begin(int status, std::string_view content_type, const Headers& headers = {});
  async::Task<bool> write(std::string_view piece);
  // What can be written without waiting: false when some is left, which the next write() sends
  // first.
  bool write_now(std::string_view piece);
  // `trailers` need a Trailer header in begin(), and are left out for HTTP/1.0.
  async::Task<bool> finish(const Headers& trailers = {});
  // Ends the connection in the midst of things, as a crash would.
  void cut();
  // Bytes as they are, outside of HTTP: for faults.
  async::Task<bool> write_raw(std::string_view bytes);

  bool peer_is_local() const { return stream_.peer_is_local(); }

  bool answered() const { return state_ != State::waiting; }
  int status() const { return status_; }

 private:
  friend class HttpServer;
  enum class State : std::uint8_t { waiting, streaming, finished, broken };

  async::Task<> watch_peer(async::Stop& stop);
  async::Task<bool> flush();
  void put_head(int status, std::string_view content_type, const Headers& headers);
  void frame(std::string_view piece, std::string& out) const;
  bool send_piece(std::string_view piece);
  bool try_flush();
  bool keeps_alive() const;

  HttpServer& server_;
  Stream& stream_;
  HttpRequest request_;
  std::string& unread_;  // what the peer sent after its request
  async::Stop gone_;
  std::string out_;       // to be sent
  std::size_t sent_ = 0;  // of it
  int status_ = 0;
  State state_ = State::waiting;
};

// Answers requests; an exchange that it leaves unanswered gets 500.
using HttpHandler = std::function<async::Task<>(HttpExchange&)>;
// What makes a stream of a stream, TLS say; null when the peer did not get that far.
using Greeting =
    std::function<async::Task<std::unique_ptr<Stream>>(std::unique_ptr<Stream>, async::Stop&)>;

// Requests of one connection are answered one after another. Lives on one loop.
class HttpServer {
 public:
  HttpServer(async::Loop& loop, HttpHandler handler, const HttpServerOptions& options = {},
             Greeting greeting = {});

  // Accepts until it is drained or stopped, and returns when the last connection has ended.
  async::Task<> serve(Listener& listener, async::Stop& stop);
  // One connection that is there already.
  async::Task<> serve(std::unique_ptr<Stream> stream, async::Stop& stop);
  // No new connections, no new requests; what is under way is finished.
  void drain();
  bool draining() const { return draining_; }

  const HttpCounts& counts() const { return counts_; }

 private:
  friend class HttpExchange;
  enum class Next : std::uint8_t { request, end };

  async::Task<> accept_all(Listener& listener, async::Group& group, async::Stop& stop);
  async::Task<> greet_and_serve(std::unique_ptr<Stream> stream, async::Stop& stop);
  async::Task<> serve_requests(Stream& stream, async::Stop& stop);
  async::Task<bool> wait_for_request(Stream& stream, std::string& unread, async::Stop& stop);
  async::Task<bool> read_request(Stream& stream, std::string& unread, HttpRequestReader& reader,
                                 async::Stop& stop);
  async::Task<bool> answer(Stream& stream, HttpRequest request, std::string& unread,
                           async::Stop& stop);
  bool receive(Stream& stream, std::string& unread, Transfer& read);
  void refuse(Stream& stream, int status, std::string_view fault);

  async::Loop& loop_;
  HttpHandler handler_;
  HttpServerOptions options_;
  Greeting greeting_;
  async::Stop drain_;
  bool draining_ = false;
  HttpCounts counts_;
  std::string framed_;   // a piece of some answer, while it is written
  std::string scratch_;  // what is read lands here first, so that idle connections own no buffer
};

}  // namespace spillway::net
