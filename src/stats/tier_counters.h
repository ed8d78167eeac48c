// TierCounters: what happened to the blocks of one tier, in sums that merge exactly in any order.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "stats/histogram.h"
#include "stats/traffic.h"

namespace spillway::stats {

// For every tier, of blocks moved whole:
//   write.operations = stores + demotions_in + promotions
//   write.bytes = stored_bytes + demoted_in_bytes + promoted_bytes
// and a demotion is a read at the tier above and a write at the tier below, each with its latency.
struct TierCounters {
  // Blocks read for a request (also those behind a failed one, which are no hits) and for
  // demotions; a block that arrived wrong is an error of class corrupt and not an operation.
  Traffic read;
  Traffic write;

  std::uint64_t stores = 0;  // new blocks written here for a request that had computed them
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
  Histogram demotion;          // ns, of demotions: from the decision to settled below

  void merge(const TierCounters& other) {
    read.merge(other.read);
    write.merge(other.write);
    stores += other.stores;
    stored_bytes += other.stored_bytes;
    evictions += other.evictions;
    evicted_bytes += other.evicted_bytes;
    demotions += other.demotions;
    demoted_bytes += other.demoted_bytes;
    demotions_in += other.demotions_in;
    demoted_in_bytes += other.demoted_in_bytes;
    promotions += other.promotions;
    promoted_bytes += other.promoted_bytes;
    bypasses += other.bypasses;
    demotion.merge(other.demotion);
  }
};

}  // namespace spillway::stats
