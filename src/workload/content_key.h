// Names of contents as 64-bit keys. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace spillway::workload {

// XXH3 of the bytes, equal on every machine; never 0, which stands for "like no other's".
std::uint64_t content_key(std::string_view text);

}  // namespace spillway::workload
