// Identities of content: equal names, equal tokens, on every machine and in every run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace spillway::workload {

// What kind of thing is named; kinds never share an identity (but by a chance of 2^-64). Frozen:
// identities enter the hash of a plan.
enum class ContentKind : std::uint64_t {
  conversation = 1,  // user, first turn
  turn = 2,          // conversation or user, turn
  answer = 3,        // identity of the turn
  system = 4,        // number of the text
  chunk = 5,         // document, chunk
  prepopulated = 6,  // number
  listed = 7         // key of the list, pass
};

// Never 0.
std::uint64_t content_id(ContentKind kind, std::uint64_t a, std::uint64_t b = 0);

// A name that somebody gave, as the key of ContentKind::listed: XXH3 of its bytes, equal on every
// machine; never 0, which stands for "like no other's".
std::uint64_t content_key(std::string_view name);

}  // namespace spillway::workload
