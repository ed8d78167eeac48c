// Which of the blocks that are read back get their content checked.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kv/block_key.h"

namespace spillway::kv {

enum class Verify { off, sample, all };

// 2^64 / golden ratio: a multiplication by it spreads numbers that are not hashes (Knuth, volume 3,
// section 6.4).
inline constexpr std::uint64_t kGoldenRatio = 0x9e3779b97f4a7c15;
inline constexpr unsigned kSampledBits = 4;  // one key in 2^4

// A sample is a fixed sixteenth of the keys: the same blocks on every machine, in every run, and
// each time they are read. It does not rely on keys being hashes.
constexpr bool selects(Verify verify, BlockKey key) {
  if (verify != Verify::sample) return verify == Verify::all;
  return ((key.high ^ key.low) * kGoldenRatio) >> (64U - kSampledBits) == 0;
}

}  // namespace spillway::kv
