// Which Spillway this is.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace spillway {

struct Version {
  std::string_view number;      // "0.1.0"
  std::string_view commit;      // short hash, with "-dirty" for changes; "unknown" outside git
  std::string_view build_type;  // "Release", "Debug"
  std::string_view compiler;    // "Clang 19.1.7"
};

Version version();

// "spillway 0.1.0 (commit 1234567, Release, Clang 19.1.7)"
std::string version_text();

}  // namespace spillway
