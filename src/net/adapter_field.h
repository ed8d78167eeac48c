// The adapter that a request names: taken out of its body, for servers that have no such field.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace spillway::net {

struct AdapterField {
  std::optional<std::string> name;  // of the member adapter_id; none when it is missing or null
  std::string rest;                 // the body without it; as it came when there was none
  std::string fault;                // what is wrong with the body; then the others are empty
};

// A body is a JSON object; adapter_id stands in it once at most, and is a string or null. Of what
// is left the members keep their order and values, but not their white space.
AdapterField take_adapter(std::string_view body);

}  // namespace spillway::net
