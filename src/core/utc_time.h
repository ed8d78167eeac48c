// UtcTime: moments of the calendar, as files of several programs tell them (ISO 8601).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace spillway {

using UtcTime = std::chrono::sys_time<std::chrono::microseconds>;

UtcTime utc_now();

// Reads "2026-02-12T00:05:00.250+01:00": a blank may stand for the T, seconds and their fraction
// may be missing, and so may the offset, which is then that of UTC; "Z" is UTC. Digits below the
// microsecond are dropped. Nothing for any other text, nor for a day that no calendar has.
std::optional<UtcTime> parse_utc(std::string_view text);

// "2026-02-12T00:05:00.250+00:00", the fraction only where there is one, and without it.
std::string utc_text(UtcTime time);
std::string utc_text_in_seconds(UtcTime time);
// For names of files and directories: "20260212T000500Z".
std::string utc_token(UtcTime time);

}  // namespace spillway
