// How many characters a UTF-8 text has.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace spillway::text {

// Code points; of bytes that are no UTF-8, those that continue nothing count as none.
inline std::uint64_t code_points(std::string_view text) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  return static_cast<std::uint64_t>(std::ranges::count_if(text, begins));
}

}  // namespace spillway::text
