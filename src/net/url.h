// Url: where a server is, as given on a command line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spillway::net {

// `http://host:port/path` in parts (RFC 3986, section 3). IPv6 addresses stand in brackets.
struct Url {
  bool tls = false;         // https
  std::string host;         // without brackets
  std::uint16_t port = 80;  // 443 for https, unless given
  std::string path;         // with its slash in front, without one at the end; may be empty

  // "host:port" as the Host header has it: in brackets where the host has colons, and without the
  // port that the scheme implies.
  std::string authority() const;
};

// Throws Error for another scheme, no host, a port outside of 1 to 65535, a user name, a query or a
// fragment, and characters that no URL has.
Url parse_url(std::string_view text);

}  // namespace spillway::net
