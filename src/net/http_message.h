// An HTTP/1.1 request as a value, and the reader that makes it of bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bytes.h"

namespace spillway::net {

// Names in lower case; several of one name stay apart, in order.
using Headers = std::vector<std::pair<std::string, std::string>>;

// The first of this name (lower case); empty when there is none.
std::string_view find_header(const Headers& headers, std::string_view name);

struct HttpRequest {
  std::string method;
  std::string target;  // as sent: path and query
  Headers headers;
  std::string body;
  bool keep_alive = true;
  bool chunked_answers = true;  // false for HTTP/1.0, which ends a body by closing

  std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
  std::string_view query() const;
  std::string_view header(std::string_view name) const { return find_header(headers, name); }
};

struct HttpLimits {
  Bytes head{16U << 10U};  // request line and headers
  Bytes body{64U << 20U};
};

// Reads one request out of bytes that come in pieces of any length.
class HttpRequestReader {
 public:
  explicit HttpRequestReader(const HttpLimits& limits);
  ~HttpRequestReader();
  HttpRequestReader(const HttpRequestReader&) = delete;
  HttpRequestReader& operator=(const HttpRequestReader&) = delete;

  enum class State : std::uint8_t { needs_more, done, failed };

  // Takes what it can use from the front of `bytes`; what is left belongs to the next request, or
  // is looked at again when more has been appended.
  State feed(std::string& bytes);
  // The head is complete, and says that the body comes only once it is asked for.
  bool wants_continue() const;

  HttpRequest take();  // once it is done
  // Once it has failed: 400, 413 or 431, and what is wrong.
  int status() const { return status_; }
  const std::string& fault() const { return fault_; }

 private:
  struct Parser;
  void fail(int status, std::string fault);

  std::unique_ptr<Parser> parser_;
  int status_ = 0;
  std::string fault_;
};

// "Not Found" for 404.
std::string_view reason_phrase(int status);

}  // namespace spillway::net
