// CaptureError: something about the machine that could not be recorded, and why. A run goes on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace spillway::record {

struct CaptureError {
  std::string command;  // as it would be typed, or what was being done
  std::optional<int> return_code;
  std::string message;

  friend bool operator==(const CaptureError&, const CaptureError&) = default;
};

// How much of a message is kept.
inline constexpr std::size_t kLongestCaptureMessage = 240;

}  // namespace spillway::record
