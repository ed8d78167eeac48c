// CacheCounters: what the cache of one shard did, in integers that merge exactly in any order.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "core/tier_id.h"
#include "stats/tier_counters.h"
#include "stats/traffic.h"

namespace spillway::cache {

// The words of the first failure of each class.
using ErrorTexts = std::array<std::string, stats::kErrorClasses>;

struct TierCounters : stats::TierCounters {
  ErrorTexts read_error_texts, write_error_texts;

  void merge(const TierCounters& other);
};

struct CacheCounters {
  PerTier<TierCounters> tiers;
  std::uint64_t blocks_verified = 0;   // read back and compared with what was written
  std::uint64_t blocks_corrupted = 0;  // of these, unlike it
  std::uint64_t waits = 0;       // for a block that was being stored, left or (to be dropped) read
  std::uint64_t not_stored = 0;  // blocks that no tier could take, or whose write failed

  void merge(const CacheCounters& other);
};

}  // namespace spillway::cache
