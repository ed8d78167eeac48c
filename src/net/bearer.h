// Bearer: whether a request has the key that it needs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace spillway::net {

// Whether the Authorization header is "Bearer <key>" (RFC 6750, section 2.1). How long it takes
// depends on the header's length only, not on how much of it is right.
bool bears(std::string_view authorization, std::string_view key);

}  // namespace spillway::net
