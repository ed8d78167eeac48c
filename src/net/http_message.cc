// SPDX-License-Identifier: Apache-2.0
#include "net/http_message.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>

#include "core/error.h"

namespace spillway::net {
namespace {

namespace http = boost::beast::http;

std::string lower_case(boost::beast::string_view text) {
  std::string lower(text.data(), text.size());
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

std::string text_of(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

std::string_view find_header(const Headers& headers, std::string_view name) {
  const auto found = std::ranges::find(headers, name, &Headers::value_type::first);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

std::string_view HttpRequest::query() const {
  const std::size_t mark = target.find('?');
  return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
}

struct HttpRequestReader::Parser {
  http::request_parser<http::string_body> request;
};

HttpRequestReader::HttpRequestReader(const HttpLimits& limits)
    : parser_(std::make_unique<Parser>()) {
  parser_->request.header_limit(static_cast<std::uint32_t>(limits.head.count()));
  parser_->request.body_limit(limits.body.count());
  parser_->request.eager(true);
}

HttpRequestReader::~HttpRequestReader() = default;

void HttpRequestReader::fail(int status, std::string fault) {
  status_ = status;
  fault_ = std::move(fault);
}

HttpRequestReader::State HttpRequestReader::feed(std::string& bytes) {
  auto& request = parser_->request;
  std::size_t used = 0;
  while (status_ == 0 && !request.is_done() && used < bytes.size()) {
    boost::system::error_code error;
    used += request.put(boost::asio::buffer(bytes.data() + used, bytes.size() - used), error);
    if (error == http::error::need_more) break;
    if (error == http::error::header_limit) {
      fail(431, "the request's headers are too long");
    } else if (error == http::error::body_limit) {
      fail(413, "the request's body is too long");
    } else if (error) {
      fail(400, fmt::format("not an HTTP request: {}", error.message()));
    }
  }
  bytes.erase(0, used);
  if (status_ != 0) return State::failed;
  return request.is_done() ? State::done : State::needs_more;
}

bool HttpRequestReader::wants_continue() const {
  const auto& request = parser_->request;
  return status_ == 0 && request.is_header_done() && !request.is_done() &&
         boost::beast::iequals(request.get()[http::field::expect], "100-continue");
}

HttpRequest HttpRequestReader::take() {
  auto& request = parser_->request;
  check(request.is_done(), "a whole request was read");
  HttpRequest taken{.method = text_of(request.get().method_string()),
                    .target = text_of(request.get().target()),
                    .headers = {},
                    .body = std::move(request.get().body()),
                    .keep_alive = request.keep_alive(),
                    .chunked_answers = request.get().version() >= 11};
  for (const auto& field : request.get()) {
    taken.headers.emplace_back(lower_case(field.name_string()), text_of(field.value()));
  }
  return taken;
}

std::string_view reason_phrase(int status) {
  const auto phrase = http::obsolete_reason(static_cast<http::status>(status));
  return {phrase.data(), phrase.size()};
}

}  // namespace spillway::net
