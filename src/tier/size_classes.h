// SizeClasses: the few sizes that a room hands out, so that a hole left by one block fits the next.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/bytes.h"

namespace spillway::tier {

// Sizes in units of kBlockAlignment. KV blocks have very few sizes, so each expected one is a class
// of its own and wastes nothing; any other size goes up to the next eighth of a power of two, which
// wastes at most an eighth. Immutable, so it may be used by many threads.
class SizeClasses {
 public:
  // For spaces of at most `largest` units.
  SizeClasses(std::uint64_t largest, std::span<const Bytes> expected);

  std::size_t count() const { return floors_.size(); }
  // The smallest class that holds so many units; `largest` + 1 when none does.
  std::uint64_t rounded_up(std::uint64_t units) const;
  // The number of the largest class that a hole of so many units (at least 1) holds.
  std::size_t largest_within(std::uint64_t units) const;

 private:
  std::uint64_t largest_;
  std::vector<std::uint64_t> floors_;  // ascending, the first is 1
};

}  // namespace spillway::tier
