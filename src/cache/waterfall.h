// WaterfallLru: what is used last stays on top, what is used least falls from tier to tier.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "cache/options.h"
#include "cache/policy.h"
#include "cache/recency_list.h"

namespace spillway::cache {

// The waterfall of the MLPerf KV-cache proposal (December 2025 notes): gpu, cpu, storage, as far as
// they are on (a capacity above zero). A tier that has another one below it is filled to `headroom`
// of its capacity and takes no block above 95 % of it (both are options); a block that can never fit under the
// headroom is taken when the tier is as good as empty (below 5 %). The last tier is filled wholly.
// The least recently used block leaves: to the next tier that is on and takes it; from the last
// one, or when none takes it, it is deleted. Coming down is not a use.
//
// The order is by last use, across used blocks and those that came down: each tier has one list for
// what was used in it and one for what came from each tier above. Each list is in order by itself,
// so the least recently used block is the oldest of at most three. No two uses are simultaneous,
// since the index counts them, so there are no ties to break.
class WaterfallLru final : public Policy {
 public:
  explicit WaterfallLru(const CacheOptions& options);

  std::string_view name() const override { return "waterfall-lru"; }

  std::span<const TierId> admission_order() const override { return on_; }
  std::span<const TierId> below(TierId tier) const override;
  bool accepts(TierId tier, Bytes footprint) const override;
  bool has_room(TierId tier, Bytes occupied, Bytes footprint) const override;

  EntryId victim(const Entries& entries, TierId tier) const override;
  void add_used(Entries& entries, EntryId id) override;
  void add_demoted(Entries& entries, EntryId id, TierId from) override;
  void put_back(Entries& entries, EntryId id) override;
  void withdraw(Entries& entries, EntryId id) override;

 private:
  struct Limits {
    Bytes filled;   // to here
    Bytes largest;  // block that it takes
    Bytes empty;    // below this it is as good as empty
  };

  RecencyList& list_of(const Entry& entry) { return lists_[entry.tier][entry.queue]; }

  std::vector<TierId> on_;
  PerTier<Limits> limits_{};
  PerTier<PerTier<RecencyList>> lists_;  // of a tier, by the tier its blocks came from
  std::uint64_t uses_ = 0;
};

}  // namespace spillway::cache
