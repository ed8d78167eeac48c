// Any bytes are requests or a fault, and whole requests are the same however they are cut.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"
#include "net/http_message.h"

namespace {

using spillway::Bytes;
using spillway::net::HttpRequest;
using spillway::net::HttpRequestReader;

// All that is read of the bytes, given in pieces of so many.
std::string read(std::string_view bytes, std::size_t piece) {
  std::string seen;
  std::string unread;
  while (true) {
    HttpRequestReader reader({.head = Bytes(512), .body = Bytes(512)});
    auto state = unread.empty() ? HttpRequestReader::State::needs_more : reader.feed(unread);
    while (state == HttpRequestReader::State::needs_more && !bytes.empty()) {
      unread += bytes.substr(0, piece);
      bytes.remove_prefix(std::min(piece, bytes.size()));
      state = reader.feed(unread);
    }
    if (state == HttpRequestReader::State::failed) {
      return seen + "failed " + std::to_string(reader.status());
    }
    if (state == HttpRequestReader::State::needs_more) return seen + "more";
    const HttpRequest request = reader.take();
    seen += request.method + ' ' + request.target + ' ' + request.body + '\n';
    for (const auto& [name, value] : request.headers) seen += name + '=' + value + '\n';
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const std::string whole = read(text, text.size() + 1);
  const std::string piecemeal = read(text, 1);
  // What is no request may be noticed earlier or later, as bytes come.
  const auto has_failed = [](const std::string& seen) {
    return seen.find("failed ") != std::string::npos;
  };
  if (!has_failed(whole) && !has_failed(piecemeal)) {
    spillway::check(piecemeal == whole, "what is read does not depend on how it comes");
  }
  return 0;
}
