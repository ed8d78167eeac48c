// Spillover: a block goes to the fastest tier with room, and nothing comes down.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "cache/options.h"
#include "cache/policy.h"
#include "cache/recency_list.h"

namespace spillway::cache {

// The first design of the MLPerf KV-cache proposal (November 2025): gpu while what it has and the
// block together stay below `headroom` of its capacity, else cpu by the same rule, else storage. No
// block leaves a tier for another one below it, so an upper tier that is full keeps what it has.
// The proposal's storage has no end; ours has, and there the least recently used block is deleted.
class Spillover final : public Policy {
 public:
  explicit Spillover(const CacheOptions& options);

  std::string_view name() const override { return "spillover"; }

  std::span<const TierId> admission_order() const override { return on_; }
  std::span<const TierId> below(TierId /*tier*/) const override { return {}; }
  bool accepts(TierId tier, Bytes occupied, Bytes footprint) const override;
  bool has_room(TierId tier, Bytes occupied, Bytes footprint) const override;

  EntryId victim(Entries& entries, TierId tier) override;
  void add_arrived(Entries& entries, EntryId id) override { add_used(entries, id); }
  void add_used(Entries& entries, EntryId id) override;
  void add_demoted(Entries& entries, EntryId id, TierId from) override;
  void put_back(Entries& entries, EntryId id) override;
  void refresh(Entries& entries, EntryId id) override;
  void withdraw(Entries& entries, EntryId id) override;

 private:
  std::vector<TierId> on_;
  PerTier<Bytes> limits_{};
  PerTier<RecencyList> lists_;
  std::uint64_t uses_ = 0;
};

}  // namespace spillway::cache
