// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <span>
#include <utility>

#include "async/alarm.h"
#include "core/error.h"

namespace spillway::net {
namespace {

constexpr std::size_t kReadAtOnce = std::size_t{64} << 10U;
constexpr std::size_t kPipelined = std::size_t{256} << 10U;  // bytes taken while an answer is made
constexpr std::size_t kKeptBuffer = std::size_t{4} << 10U;

// Passes one stop on to another.
class StopLink final : private async::StopListener {
 public:
  StopLink(async::Stop& from, async::Stop& to) : to_(to) {
    if (from.requested()) {
      to.request();
    } else {
      from.listen(*this);
    }
  }

 private:
  void on_stop() override { to_.request(); }

  async::Stop& to_;
};

}  // namespace

HttpExchange::HttpExchange(HttpServer& server, Stream& stream, HttpRequest request,
                           std::string& unread, async::Stop& stop)
    : server_(server),
      stream_(stream),
      request_(std::move(request)),
      unread_(unread),
      gone_(stop) {}

async::Task<> HttpExchange::watched(const std::function<async::Task<>()>& body) {
  co_await async::with_group(server_.loop_, gone_, [&](async::Group& group) -> async::Task<> {
    group.spawn(watch_peer(group.stop()));
    co_await body();
    group.stop().request();
  });
}

async::Task<> HttpExchange::watch_peer(async::Stop& stop) {
  while (unread_.size() < kPipelined) {
    co_await stream_.readable(stop);
    if (stop.requested()) co_return;
    Transfer read;
    if (!server_.receive(stream_, unread_, read) && read.ended != Ended::would_block) {
      gone_.request();
      co_return;
    }
  }
}

void HttpExchange::put_head(int status, std::string_view content_type, const Headers& headers) {
  check(state_ == State::waiting, "a request is answered once");
  status_ = status;
  fmt::format_to(std::back_inserter(out_), "HTTP/1.1 {} {}\r\nContent-Type: {}\r\n", status,
                 reason_phrase(status), content_type);
  for (const auto& [name, value] : headers) {
    fmt::format_to(std::back_inserter(out_), "{}: {}\r\n", name, value);
  }
  if (!keeps_alive()) out_ += "Connection: close\r\n";
}

async::Task<bool> HttpExchange::respond(int status, std::string_view content_type,
                                        std::string_view body, const Headers& headers) {
  put_head(status, content_type, headers);
  fmt::format_to(std::back_inserter(out_), "Content-Length: {}\r\n\r\n", body.size());
  if (request_.method != "HEAD") out_ += body;
  state_ = State::finished;
  return flush();
}

async::Task<bool> HttpExchange::begin(int status, std::string_view content_type,
                                      const Headers& headers) {
  if (!request_.chunked_answers) request_.keep_alive = false;  // the body ends with the connection
  put_head(status, content_type, headers);
  out_ += request_.chunked_answers ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n";
  state_ = State::streaming;
  return flush();
}

// Appends the piece as the body has it.
void HttpExchange::frame(std::string_view piece, std::string& out) const {
  if (piece.empty()) return;  // an empty chunk would end the body
  if (!request_.chunked_answers) {
    out += piece;
    return;
  }
  fmt::format_to(std::back_inserter(out), "{:x}\r\n", piece.size());
  out += piece;
  out += "\r\n";
}

// True when all of it has left. A piece that leaves at once never lies in memory of its own: with
// thousands of streams that memory would come from far at every token.
bool HttpExchange::send_piece(std::string_view piece) {
  if (!out_.empty()) {
    frame(piece, out_);
    return try_flush();
  }
  std::string& framed = server_.framed_;
  framed.clear();
  frame(piece, framed);
  const Transfer write = stream_.try_write(framed);
  server_.counts_.bytes_out += write.bytes;
  if (!write.ok() && write.ended != Ended::would_block) {
    state_ = State::broken;
  } else if (write.bytes < framed.size()) {
    out_ = framed.substr(write.bytes);
    return try_flush();
  }
  return true;
}

async::Task<bool> HttpExchange::write(std::string_view piece) {
  if (state_ != State::streaming) co_return false;
  if (send_piece(piece)) co_return state_ != State::broken;
  co_return co_await flush();
}

bool HttpExchange::write_now(std::string_view piece) {
  if (state_ != State::streaming) return false;
  return send_piece(piece) && state_ == State::streaming;
}

async::Task<bool> HttpExchange::finish(const Headers& trailers) {
  if (state_ != State::streaming) co_return false;
  if (request_.chunked_answers) {
    out_ += "0\r\n";
    for (const auto& [name, value] : trailers) {
      fmt::format_to(std::back_inserter(out_), "{}: {}\r\n", name, value);
    }
    out_ += "\r\n";
  }
  state_ = State::finished;
  co_return co_await flush();
}

void HttpExchange::cut() {
  state_ = State::broken;
  stream_.close();
}

async::Task<bool> HttpExchange::write_raw(std::string_view bytes) {
  out_ += bytes;
  co_return co_await flush();
}

// True when there is nothing left to wait for: all was sent, or the peer is gone.
bool HttpExchange::try_flush() {
  while (sent_ < out_.size() && state_ != State::broken) {
    const Transfer write = stream_.try_write(std::string_view(out_).substr(sent_));
    if (write.ended == Ended::would_block) return false;
    sent_ += write.bytes;
    server_.counts_.bytes_out += write.bytes;
    if (!write.ok()) state_ = State::broken;
  }
  out_.clear();
  sent_ = 0;
  return true;
}

async::Task<bool> HttpExchange::flush() {
  if (!try_flush()) {
    async::Stop slow(gone_);
    async::Alarm alarm(server_.loop_, slow);
    alarm.set(server_.loop_.now() + server_.options_.send);
    while (!try_flush() && !slow.requested()) co_await stream_.writable(slow);
    if (slow.requested()) state_ = State::broken;
  }
  if (state_ == State::broken) gone_.request();
  co_return state_ != State::broken;
}

bool HttpExchange::keeps_alive() const {
  return request_.keep_alive && state_ != State::broken && !server_.draining_;
}

HttpServer::HttpServer(async::Loop& loop, HttpHandler handler, const HttpServerOptions& options,
                       Greeting greeting)
    : loop_(loop),
      handler_(std::move(handler)),
      options_(options),
      greeting_(std::move(greeting)),
      scratch_(kReadAtOnce, '\0') {}

void HttpServer::drain() {
  draining_ = true;
  drain_.request();
}

async::Task<> HttpServer::serve(Listener& listener, async::Stop& stop) {
  co_await async::with_group(loop_, stop, [&](async::Group& group) -> async::Task<> {
    co_await accept_all(listener, group, group.stop());
  });
}

async::Task<> HttpServer::accept_all(Listener& listener, async::Group& group, async::Stop& stop) {
  async::Stop accepting(stop);
  const StopLink link(drain_, accepting);
  while (!accepting.requested()) {
    std::unique_ptr<Stream> stream = co_await listener.accept(accepting);
    if (!stream) break;
    if (counts_.open >= options_.connections) {
      ++counts_.connections_refused;
      refuse(*stream, 503, "too many connections");
      continue;
    }
    group.spawn(serve(std::move(stream), stop));
  }
}

async::Task<> HttpServer::serve(std::unique_ptr<Stream> stream, async::Stop& stop) {
  ++counts_.connections;
  ++counts_.open;
  co_await greet_and_serve(std::move(stream), stop);
  --counts_.open;
}

async::Task<> HttpServer::greet_and_serve(std::unique_ptr<Stream> stream, async::Stop& stop) {
  if (greeting_) {
    async::Stop slow(stop);
    async::Alarm alarm(loop_, slow);
    alarm.set(loop_.now() + options_.receive);
    stream = co_await greeting_(std::move(stream), slow);
  }
  if (!stream) co_return;
  co_await serve_requests(*stream, stop);
  stream->end_writing();
}

async::Task<> HttpServer::serve_requests(Stream& stream, async::Stop& stop) {
  std::string unread;
  while (!stop.requested()) {
    if (unread.empty()) {
      if (unread.capacity() > kKeptBuffer) unread = std::string();
      const bool begun = co_await wait_for_request(stream, unread, stop);
      if (!begun) co_return;
    }
    HttpRequestReader reader(options_.limits);
    const bool read = co_await read_request(stream, unread, reader, stop);
    if (!read) co_return;
    const bool goes_on = co_await answer(stream, reader.take(), unread, stop);
    if (!goes_on) co_return;
  }
}

// Until its first bytes are there; they go no further, so that an idle connection holds nothing.
async::Task<bool> HttpServer::wait_for_request(Stream& stream, std::string& unread,
                                               async::Stop& stop) {
  async::Stop idle(stop);
  const StopLink link(drain_, idle);
  async::Alarm alarm(loop_, idle);
  alarm.set(loop_.now() + options_.idle);
  while (!idle.requested()) {
    Transfer read;
    if (receive(stream, unread, read)) co_return true;
    if (read.ended != Ended::would_block) co_return false;
    co_await stream.readable(idle);
  }
  co_return false;
}

bool HttpServer::receive(Stream& stream, std::string& unread, Transfer& read) {
  read = stream.try_read(scratch_);
  if (!read.ok()) return false;
  unread.append(scratch_, 0, read.bytes);
  counts_.bytes_in += read.bytes;
  return true;
}

async::Task<bool> HttpServer::read_request(Stream& stream, std::string& unread,
                                           HttpRequestReader& reader, async::Stop& stop) {
  async::Stop slow(stop);
  async::Alarm alarm(loop_, slow);
  alarm.set(loop_.now() + options_.receive);
  bool told_to_continue = false;
  while (true) {
    const HttpRequestReader::State state = reader.feed(unread);
    if (state == HttpRequestReader::State::done) co_return true;
    if (state == HttpRequestReader::State::failed) {
      refuse(stream, reader.status(), reader.fault());
      co_return false;
    }
    if (reader.wants_continue() && !std::exchange(told_to_continue, true)) {
      stream.try_write("HTTP/1.1 100 Continue\r\n\r\n");
    }
    Transfer read;
    while (!receive(stream, unread, read)) {
      if (read.ended != Ended::would_block) co_return false;
      if (slow.requested()) {
        if (alarm.rang()) refuse(stream, 408, "the request took too long to arrive");
        co_return false;
      }
      co_await stream.readable(slow);
    }
  }
}

async::Task<bool> HttpServer::answer(Stream& stream, HttpRequest request, std::string& unread,
                                     async::Stop& stop) {
  ++counts_.requests;
  ++counts_.in_flight;
  HttpExchange exchange(*this, stream, std::move(request), unread, stop);
  async::Alarm total(loop_, exchange.gone_);
  total.set(loop_.now() + options_.total);
  std::string failure = "the request was left without an answer";
  try {
    co_await handler_(exchange);
  } catch (const std::exception& error) {
    failure = error.what();
  }
  if (exchange.state_ == HttpExchange::State::waiting) {
    co_await exchange.respond(500, "text/plain", failure + "\n");
  }
  --counts_.in_flight;
  const bool whole = exchange.state_ == HttpExchange::State::finished;
  ++counts_.by_status_class.at(whole ? static_cast<std::size_t>(exchange.status_ / 100) : 0);
  co_return whole&& exchange.keeps_alive();
}

// As much of an answer as goes out at once: who sends what is no request may not read either.
void HttpServer::refuse(Stream& stream, int status, std::string_view fault) {
  ++counts_.by_status_class.at(static_cast<std::size_t>(status / 100));
  const std::string body = fmt::format("{}\n", fault);
  const Transfer sent =
      stream.try_write(fmt::format("HTTP/1.1 {} {}\r\nContent-Type: text/plain\r\nContent-Length: "
                                   "{}\r\nConnection: close\r\n\r\n{}",
                                   status, reason_phrase(status), body.size(), body));
  counts_.bytes_out += sent.bytes;
}

}  // namespace spillway::net
