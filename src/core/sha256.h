// SHA-256, as manifests name content by it. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace spillway {

// 64 hexadecimal digits in lower case (FIPS 180-4).
std::string sha256_hex(std::string_view bytes);

}  // namespace spillway
