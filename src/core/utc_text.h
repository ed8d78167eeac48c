// Points in time as people and their tools write them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace spillway {

using UtcTime = std::chrono::system_clock::time_point;

// ISO 8601 in UTC: "2026-02-18T12:15:00+00:00".
std::string utc_text(UtcTime time);
// "2026-02-18T12:15:00.042+00:00", cut, not rounded.
std::string utc_text_ms(UtcTime time);
// For names of files and directories: "20260218T121500Z".
std::string utc_token(UtcTime time);

}  // namespace spillway
