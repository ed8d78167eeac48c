// SPDX-License-Identifier: Apache-2.0
#include "net/bearer.h"

#include <cstddef>

namespace spillway::net {
namespace {

constexpr std::string_view kScheme = "bearer ";

// The scheme's name is no secret, and in any case.
bool has_scheme(std::string_view authorization) {
  if (authorization.size() < kScheme.size()) return false;
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    const char c = authorization[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != kScheme[i]) return false;
  }
  return true;
}

}  // namespace

bool bears(std::string_view authorization, std::string_view key) {
  if (key.empty() || !has_scheme(authorization)) return false;
  const std::string_view given = authorization.substr(kScheme.size());
  unsigned different = given.size() == key.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    different |=
        static_cast<unsigned char>(given[i]) ^ static_cast<unsigned char>(key[i % key.size()]);
  }
  return different == 0;
}

}  // namespace spillway::net
