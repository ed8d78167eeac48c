// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.h"

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>

#include "core/error.h"

namespace spillway::net {
namespace {

bool has_line_break(std::string_view text) { return text.find_first_of("\r\n") != text.npos; }

// Small bodies go out with their head, in one write.
constexpr std::size_t kWithHead = std::size_t{256} << 10U;

std::string head_of(const HttpCall& call) {
  check(!has_line_break(call.method) && !has_line_break(call.target), "a request line is a line");
  std::string head;
  fmt::format_to(std::back_inserter(head), "{} {} HTTP/1.1\r\n", call.method, call.target);
  for (const auto& [name, value] : call.headers) {
    check(!has_line_break(name) && !has_line_break(value), "a header is a line");
    fmt::format_to(std::back_inserter(head), "{}: {}\r\n", name, value);
  }
  if (!call.body.empty() || call.method == "POST") {
    fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n", call.body.size());
  }
  head += "\r\n";
  return head;
}

}  // namespace

std::string_view to_text(HttpFault fault) {
  switch (fault) {
    case HttpFault::none:
      return "none";
    case HttpFault::idle_closed:
      return "the connection was closed while it was idle";
    case HttpFault::cut:
      return "the answer was cut short";
    case HttpFault::malformed:
      return "the answer is malformed";
    case HttpFault::stopped:
      break;
  }
  return "stopped";
}

HttpClient::HttpClient(async::Loop& loop, std::unique_ptr<Stream> stream,
                       const HttpClientOptions& options)
    : loop_(loop),
      stream_(std::move(stream)),
      options_(options),
      buffer_(std::make_unique_for_overwrite<char[]>(options.buffer.count())) {}

async::Task<HttpHead> HttpClient::send(const HttpCall& call, async::Stop& stop) {
  check(answers_ == 0 || reusable(), "a connection is used again after a whole answer");
  reader_ = std::make_unique<HttpResponseReader>(options_.head, call.method == "HEAD");
  state_ = State::needs_more;
  any_byte_ = false;
  detail_.clear();
  std::string head = head_of(call);
  const bool together = call.body.size() <= kWithHead;
  if (together) head += call.body;
  Transfer written = co_await write_all(*stream_, head, stop);
  if (written.ok() && !together) written = co_await write_all(*stream_, call.body, stop);
  if (written.ended == Ended::stopped) {
    state_ = State::failed;
    co_return HttpHead{.fault = HttpFault::stopped};
  }
  // Who refuses a request may answer and close before it has read it: the answer counts.
  co_return co_await read_head(stop);
}

async::Task<HttpHead> HttpClient::read_head(async::Stop& stop) {
  HttpHead head;
  while (state_ == State::needs_more && head.fault == HttpFault::none) {
    const HttpResponseReader::Step step = parse();
    if (step.state == State::needs_more) {
      head.fault = co_await fill(stop);
    } else if (step.state == State::failed) {
      head.fault = HttpFault::malformed;
      detail_ = reader_->fault();
    }
  }
  head.at = read_at_;
  head.detail = detail_;
  if (head.fault == HttpFault::none) {
    head.response = reader_->response();
    ++answers_;
  } else {
    state_ = State::failed;
  }
  co_return head;
}

std::optional<BodyPiece> HttpClient::next_body() {
  while (state_ != State::done && state_ != State::failed) {
    const HttpResponseReader::Step step = parse();
    if (!step.body.empty()) return BodyPiece{.bytes = step.body, .at = read_at_};
    if (step.state == State::needs_more) return std::nullopt;
    if (step.state == State::failed)
      return BodyPiece{.fault = HttpFault::malformed, .at = read_at_};
  }
  const HttpFault fault = state_ == State::failed ? HttpFault::cut : HttpFault::none;
  return BodyPiece{.fault = fault, .at = read_at_};
}

async::Task<BodyPiece> HttpClient::read_body(async::Stop& stop) {
  std::optional<BodyPiece> piece = next_body();
  while (!piece) {
    const HttpFault fault = co_await fill(stop);
    if (fault != HttpFault::none) {
      state_ = State::failed;
      co_return BodyPiece{.fault = fault, .at = read_at_};
    }
    piece = next_body();
  }
  co_return *piece;
}

HttpResponseReader::Step HttpClient::parse() {
  const HttpResponseReader::Step step =
      reader_->feed(std::string_view(buffer_.get() + begin_, end_ - begin_));
  begin_ += step.used;
  state_ = step.state;
  return step;
}

// More bytes into the buffer; or the end, which some bodies have instead of a length.
async::Task<HttpFault> HttpClient::fill(async::Stop& stop) {
  std::copy(buffer_.get() + begin_, buffer_.get() + end_, buffer_.get());
  end_ -= begin_;
  begin_ = 0;
  if (end_ == options_.buffer.count()) {
    detail_ = "a line is too long";
    co_return HttpFault::malformed;
  }
  const std::span<char> room(buffer_.get() + end_, options_.buffer.count() - end_);
  const Transfer read = co_await read_some(*stream_, room, stop);
  read_at_ = loop_.now();
  if (!read.ok()) co_return end_of(read);
  end_ += read.bytes;
  any_byte_ = true;
  co_return HttpFault::none;
}

HttpFault HttpClient::end_of(const Transfer& read) {
  detail_ = to_text(read);
  if (read.ended == Ended::stopped) return HttpFault::stopped;
  if (!any_byte_) return answers_ > 0 ? HttpFault::idle_closed : HttpFault::cut;
  if (read.ended != Ended::closed) return HttpFault::cut;
  state_ = reader_->end();
  return state_ == State::done ? HttpFault::none : HttpFault::cut;
}

bool HttpClient::reusable() const {
  return state_ == State::done && begin_ == end_ && (!reader_ || reader_->response().keep_alive);
}

const Headers& HttpClient::trailers() const {
  check(reader_ != nullptr, "a request was sent");
  return reader_->response().trailers;
}

}  // namespace spillway::net
