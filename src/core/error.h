// The two failures that are not results: a bug (check) and a set-up that cannot go on (Error).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace spillway {

// Set-up failed. The text says what was being done, to what, why it failed and what to try.
// Caught once, in main, which prints it and ends with status 2.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Throws Error("<doing> <what>: <text of errno>"); call it before anything else can change errno.
[[noreturn]] void throw_errno(std::string_view doing, std::string_view what);
// The same for a number already in hand (`-errno` of a ring completion is passed as errno).
[[noreturn]] void throw_errno(std::string_view doing, std::string_view what, int error_number);

// Text of an errno value: "No such file or directory".
std::string errno_text(int error_number);

// Prints the message with its place and aborts.
[[noreturn]] void fail_check(const char* message, const char* file, int line);

// A precondition. It also holds in release builds: a wrong figure costs more than the test.
constexpr void check(bool holds, const char* message, const char* file = __builtin_FILE(),
                     int line = __builtin_LINE()) {
  if (!holds) fail_check(message, file, line);
}

}  // namespace spillway
