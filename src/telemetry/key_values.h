// Lines of a key and a value, as many files of /proc have them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace spillway::telemetry {

// What follows the key on the first line that begins with it, without blanks around it; empty when
// there is no such line.
std::string_view find_value(std::string_view text, std::string_view key);
// The whole number that value begins with.
std::optional<std::uint64_t> find_number(std::string_view text, std::string_view key);

}  // namespace spillway::telemetry
