// S3Fifo: a small queue that most blocks leave soon, a main queue for what is read, and ghosts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "cache/ghost_queue.h"
#include "cache/options.h"
#include "cache/ranked_heap.h"
#include "cache/waterfall_placement.h"

namespace spillway::cache {

// Each tier has three queues, first in, first out. A block comes into the small one, or into the
// main one when it is a ghost: it left the small one not long ago. Reading it counts up to 3 and
// moves nothing. As long as the small queue has a tenth of the tier, its oldest goes: to the main
// queue, its count cleared, when it was read more than once; else it leaves, as a ghost. Otherwise
// the main queue's oldest goes: to its end, counted down by one, when it was read; else it leaves.
// There are as many ghosts as the main queue may have blocks, nine tenths of the tier.
//
// Storing is no read, nor is belonging to a request that has just ended. A block that comes down
// or moves up comes into the other tier anew. A block that is being read is in no queue, and is
// back at its place afterwards: queues are heaps by arrival, which makes a step O(log n). Source:
// Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023, section 4.
class S3Fifo final : public WaterfallPlacement {
 public:
  explicit S3Fifo(const CacheOptions& options);

  std::string_view name() const override { return "s3-fifo"; }

  EntryId victim(Entries& entries, TierId tier) override;
  void add_arrived(Entries& entries, EntryId id) override;
  void add_used(Entries& entries, EntryId id) override;
  void add_demoted(Entries& entries, EntryId id, TierId from) override;
  void put_back(Entries& entries, EntryId id) override;
  void refresh(Entries& /*entries*/, EntryId /*id*/) override {}
  void withdraw(Entries& entries, EntryId id) override;

 private:
  struct Queues {
    explicit Queues(Bytes filled) : share(filled / 10), ghosts(filled - share) {}

    Bytes share;       // what the small queue may have
    Bytes small_size;  // what it has
    RankedHeap small, main;
    GhostQueue ghosts;
  };

  void enter_main(Entries& entries, EntryId id, std::uint32_t reads);
  void stand(Entries& entries, EntryId id);

  std::vector<Queues> queues_;  // by tier
  std::uint64_t arrivals_ = 0;
};

}  // namespace spillway::cache
