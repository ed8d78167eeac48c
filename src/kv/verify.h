// Which of the blocks that are read back get their content checked.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kv/block_key.h"

namespace spillway::kv {

enum class Verify { off, sample, all };

// A sample is a fixed sixteenth of the keys: the same blocks on every machine, in every run, and
// each time they are read. The multiplication (2^64 / golden ratio, Knuth volume 3, section 6.4)
// spreads keys that are not hashes too.
constexpr bool selects(Verify verify, BlockKey key) {
  constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;
  constexpr unsigned kSampledBits = 4;  // one in 2^4
  if (verify != Verify::sample) return verify == Verify::all;
  return ((key.high ^ key.low) * kGolden) >> (64U - kSampledBits) == 0;
}

}  // namespace spillway::kv
