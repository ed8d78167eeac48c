// Lfu: what was used least often leaves; among those, what was used least recently.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "cache/options.h"
#include "cache/ranked_heap.h"
#include "cache/waterfall_placement.h"

namespace spillway::cache {

// A block's uses are its storing and its hits, counted as long as it is in some tier (in-cache LFU,
// without ageing) and kept when it comes down. What was hot once stays: that is the policy's known
// weakness.
class Lfu final : public WaterfallPlacement {
 public:
  explicit Lfu(const CacheOptions& options);

  std::string_view name() const override { return "lfu"; }

  EntryId victim(Entries& entries, TierId tier) override;
  void add_arrived(Entries& entries, EntryId id) override { add_used(entries, id); }
  void add_used(Entries& entries, EntryId id) override;
  void add_demoted(Entries& entries, EntryId id, TierId from) override;
  void put_back(Entries& entries, EntryId id) override;
  void refresh(Entries& entries, EntryId id) override;
  void withdraw(Entries& entries, EntryId id) override;

 private:
  PerTier<RankedHeap> heaps_;
  std::uint64_t uses_ = 0;
};

}  // namespace spillway::cache
