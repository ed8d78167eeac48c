// CacheCounters: what the cache of one shard did, in integers that merge exactly in any order.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "cache/tier_id.h"
#include "stats/histogram.h"
#include "stats/traffic.h"

namespace spillway::cache {

// The words of the first failure of each class.
using ErrorTexts = std::array<std::string, stats::kErrorClasses>;

// One tier. For every tier, of blocks moved whole:
//   write.operations = stores + demotions_in + promotions
//   write.bytes = stored_bytes + demoted_in_bytes + promoted_bytes
// and a demotion is a read at the tier above and a write at the tier below, each with its latency.
struct TierCounters {
  // Blocks read for a request (also those behind a failed one, which are no hits) and for
  // demotions; a block that arrived wrong is an error of class corrupt and not an operation.
  stats::Traffic read;
  stats::Traffic write;
  ErrorTexts read_error_texts, write_error_texts;

  std::uint64_t stores = 0;  // new blocks written here
  std::uint64_t stored_bytes = 0;
  std::uint64_t evictions = 0;  // blocks that left the cache from here: deleted, unreadable, lost
  std::uint64_t evicted_bytes = 0;
  std::uint64_t demotions = 0;  // blocks that left for a tier below and arrived there
  std::uint64_t demoted_bytes = 0;
  std::uint64_t demotions_in = 0;  // blocks that arrived from a tier above
  std::uint64_t demoted_in_bytes = 0;
  std::uint64_t promotions = 0;  // blocks that arrived from a tier below because they were used
  std::uint64_t promoted_bytes = 0;
  std::uint64_t bypasses = 0;  // blocks that fit, but all the room was in use or promised
  stats::Histogram demotion;   // ns, of demotions: from the decision to settled below

  void merge(const TierCounters& other);
};

struct CacheCounters {
  PerTier<TierCounters> tiers;
  std::uint64_t blocks_verified = 0;   // read back and compared with what was written
  std::uint64_t blocks_corrupted = 0;  // of these, unlike it
  std::uint64_t waits = 0;             // for a block that was being stored or was leaving
  std::uint64_t not_stored = 0;        // blocks that no tier could take, or whose write failed

  void merge(const CacheCounters& other);
};

}  // namespace spillway::cache
