// SPDX-License-Identifier: Apache-2.0
#include "net/http_response.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "core/error.h"

namespace spillway::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

constexpr int kSwitchingProtocols = 101;
constexpr int kFirstFinalStatus = 200;

std::string lower_case(string_view text) {
  std::string lower(text.data(), text.size());
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

}  // namespace

// Not Beast's own message parser: that copies the body into a buffer of its own.
class HttpResponseReader::Parser final : public http::basic_parser<false> {
 public:
  Parser(Bytes head_limit, bool bodiless) {
    header_limit(static_cast<std::uint32_t>(head_limit.count()));
    body_limit(std::numeric_limits<std::uint64_t>::max());  // bodies are not kept here
    skip(bodiless);
  }

  HttpResponse response;
  std::string_view body;  // found by the last put()

 private:
  void on_request_impl(http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int status, string_view, int, error_code&) override {
    response.status = status;
  }
  void on_field_impl(http::field, string_view name, string_view value, error_code&) override {
    Headers& to = is_header_done() ? response.trailers : response.headers;
    to.emplace_back(lower_case(name), std::string(value.data(), value.size()));
  }
  void on_header_impl(error_code&) override { response.keep_alive = keep_alive(); }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view piece, error_code&) override { return take(piece); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view piece, error_code&) override {
    return take(piece);
  }
  void on_finish_impl(error_code&) override {}

  std::size_t take(string_view piece) {
    body = {piece.data(), piece.size()};
    return piece.size();
  }
};

HttpResponseReader::HttpResponseReader(Bytes head_limit, bool bodiless)
    : head_limit_(head_limit),
      bodiless_(bodiless),
      parser_(std::make_unique<Parser>(head_limit, bodiless)) {}

HttpResponseReader::~HttpResponseReader() = default;

HttpResponseReader::Step HttpResponseReader::fail(std::string fault, std::size_t used) {
  fault_ = std::move(fault);
  return {.state = State::failed, .used = used};
}

HttpResponseReader::Step HttpResponseReader::feed(std::string_view bytes) {
  std::size_t used = 0;
  while (true) {
    Step step = parse(bytes.substr(used));
    used += step.used;
    step.used = used;
    const bool interim = step.state == State::head && response().status < kFirstFinalStatus;
    if (!interim) return step;
    if (response().status == kSwitchingProtocols) {
      return fail("it switches to another protocol, unasked", used);
    }
    parser_ = std::make_unique<Parser>(head_limit_, bodiless_);
    head_given_ = false;
  }
}

// Without eager(), put() returns after each of head, header of a chunk, and piece of the body.
HttpResponseReader::Step HttpResponseReader::parse(std::string_view bytes) {
  if (!fault_.empty()) return {.state = State::failed};
  std::size_t used = 0;
  parser_->body = {};
  while (!parser_->is_done() && used < bytes.size() && parser_->body.empty()) {
    error_code error;
    used += parser_->put(boost::asio::buffer(bytes.data() + used, bytes.size() - used), error);
    if (error == http::error::need_more) return {.used = used};
    if (error == http::error::header_limit) return fail("its headers are too long", used);
    if (error) return fail(fmt::format("it is not HTTP: {}", error.message()), used);
    if (parser_->is_header_done() && !std::exchange(head_given_, true)) {
      return {.state = State::head, .used = used};
    }
  }
  if (!parser_->body.empty()) return {.state = State::body, .used = used, .body = parser_->body};
  return {.state = parser_->is_done() ? State::done : State::needs_more, .used = used};
}

HttpResponseReader::State HttpResponseReader::end() {
  if (!fault_.empty()) return State::failed;
  if (!parser_->got_some()) return fail("it is empty", 0).state;
  error_code error;
  parser_->put_eof(error);
  if (error) return fail("it was cut short", 0).state;
  return State::done;
}

const HttpResponse& HttpResponseReader::response() const { return parser_->response; }

}  // namespace spillway::net
