// WaterfallLru: what is used last stays on top, what is used least falls from tier to tier.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "cache/options.h"
#include "cache/recency_list.h"
#include "cache/waterfall_placement.h"

namespace spillway::cache {

// The least recently used block leaves. Coming down is not a use; belonging to a request that has
// just ended is one.
//
// The order is by last use, across used blocks and those that came down: each tier has one list for
// what was used in it and one for what came from each tier above. Each list is in order by itself,
// so the least recently used block is the oldest of at most three. No two uses are simultaneous,
// since the index counts them, so there are no ties to break.
class WaterfallLru final : public WaterfallPlacement {
 public:
  explicit WaterfallLru(const CacheOptions& options) : WaterfallPlacement(options) {}

  std::string_view name() const override { return "waterfall-lru"; }

  EntryId victim(Entries& entries, TierId tier) override;
  void add_arrived(Entries& entries, EntryId id) override { add_used(entries, id); }
  void add_used(Entries& entries, EntryId id) override;
  void add_demoted(Entries& entries, EntryId id, TierId from) override;
  void put_back(Entries& entries, EntryId id) override;
  void refresh(Entries& entries, EntryId id) override;
  void withdraw(Entries& entries, EntryId id) override;

 private:
  RecencyList& list_of(const Entry& entry) { return lists_[entry.tier][entry.queue]; }

  PerTier<PerTier<RecencyList>> lists_;  // of a tier, by the tier its blocks came from
  std::uint64_t uses_ = 0;
};

}  // namespace spillway::cache
