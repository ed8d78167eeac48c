// SPDX-License-Identifier: Apache-2.0
#include "core/error.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace spillway {

std::string errno_text(int error_number) { return std::generic_category().message(error_number); }

void throw_errno(std::string_view doing, std::string_view what) { throw_errno(doing, what, errno); }

void throw_errno(std::string_view doing, std::string_view what, int error_number) {
  std::string text(doing);
  text.append(" ").append(what).append(": ").append(errno_text(error_number));
  throw Error(text);
}

void fail_check(const char* message, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: broken precondition: %s\n", file, line, message);
  std::abort();
}

}  // namespace spillway
