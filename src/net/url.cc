// SPDX-License-Identifier: Apache-2.0
#include "net/url.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "core/error.h"

namespace spillway::net {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

[[noreturn]] void fail(std::string_view url, std::string_view fault) {
  throw Error(fmt::format("read the URL \"{}\": {}; give it as http://HOST:PORT/PATH", url, fault));
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// Control characters and spaces would end the request line that the path is written into.
bool is_foreign(char c) { return c <= ' ' || c >= 0x7F; }

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_';
}

bool is_address_character(char c) {
  return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == '.' ||
         c == ':';
}

std::uint16_t port_of(std::string_view digits, std::string_view url) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port == 0) {
    fail(url, "the port is no number from 1 to 65535");
  }
  return port;
}

// Takes the host off the front of `place`.
std::string take_host(std::string_view& place, std::string_view url) {
  std::string_view host = place.substr(0, place.find(':'));
  if (take_prefix(place, "[")) {
    host = place.substr(0, place.find(']'));
    if (host.size() == place.size()) fail(url, "the bracket is not closed");
    place.remove_prefix(host.size() + 1);
    if (!std::ranges::all_of(host, is_address_character) || host.find(':') == host.npos) {
      fail(url, "what stands in brackets is no IPv6 address");
    }
    return std::string(host);
  }
  place.remove_prefix(host.size());
  if (host.empty()) fail(url, "it names no host");
  if (!std::ranges::all_of(host, is_host_character)) fail(url, "the host is no name or address");
  return std::string(host);
}

}  // namespace

std::string Url::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
  return port == (tls ? kHttpsPort : kHttpPort) ? name : fmt::format("{}:{}", name, port);
}

Url parse_url(std::string_view text) {
  Url url;
  std::string_view rest = text;
  url.tls = take_prefix(rest, "https://");
  if (!url.tls && !take_prefix(rest, "http://")) fail(text, "it is neither http:// nor https://");
  if (std::ranges::any_of(rest, is_foreign)) fail(text, "it has characters that no URL has");
  if (rest.find_first_of("?#") != rest.npos) fail(text, "a base URL has no query and no fragment");
  std::string_view place = rest.substr(0, rest.find('/'));
  url.path = rest.substr(place.size());
  while (url.path.ends_with('/')) url.path.pop_back();
  if (place.find('@') != place.npos) fail(text, "user names are not sent");
  url.host = take_host(place, text);
  url.port = url.tls ? kHttpsPort : kHttpPort;
  if (take_prefix(place, ":")) {
    url.port = port_of(place, text);
  } else if (!place.empty()) {
    fail(text, "after the host comes a colon or a slash");
  }
  return url;
}

}  // namespace spillway::net
