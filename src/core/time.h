// Points in time and lengths of time, the same for the machine's clock and for virtual time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace spillway {

using Duration = std::chrono::nanoseconds;

// A reading of a Clock: nanoseconds since that clock's start. Readings of two clocks do not
// compare.
struct ClockKind {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<ClockKind>;
  // NOLINTNEXTLINE(readability-identifier-naming): the name that std::chrono asks of a clock.
  static constexpr bool is_steady = true;
};
using Time = std::chrono::time_point<ClockKind>;

constexpr double to_seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}
constexpr double to_milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}
// Rounds to the nearest nanosecond, so that the same number gives the same duration everywhere.
constexpr Duration from_seconds(double seconds) {
  return Duration(static_cast<Duration::rep>(seconds * 1e9 + (seconds < 0 ? -0.5 : 0.5)));
}

}  // namespace spillway
