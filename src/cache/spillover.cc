// SPDX-License-Identifier: Apache-2.0
#include "cache/spillover.h"

#include "core/error.h"
#include "core/size_text.h"

namespace spillway::cache {

Spillover::Spillover(const CacheOptions& options) {
  check(options.headroom > 0 && options.headroom <= 1, "the headroom is a share of the capacity");
  for (const TierId tier : kAllTiers) {
    const Bytes capacity = options.capacity[tier];
    if (capacity == Bytes(0)) continue;
    on_.push_back(tier);
    const double share = static_cast<double>(capacity.count()) * options.headroom;
    limits_[tier] = capacity == kUnlimited ? capacity : Bytes(static_cast<std::uint64_t>(share));
  }
  if (!on_.empty()) limits_[on_.back()] = options.capacity[on_.back()];
}

// An upper tier that is full is no place for the block, rather than one that somebody has to leave.
bool Spillover::accepts(TierId tier, Bytes occupied, Bytes footprint) const {
  return tier == on_.back() ? footprint <= limits_[tier] : has_room(tier, occupied, footprint);
}

bool Spillover::has_room(TierId tier, Bytes occupied, Bytes footprint) const {
  const Bytes together = occupied + footprint;
  return tier == on_.back() ? together <= limits_[tier] : together < limits_[tier];
}

EntryId Spillover::victim(Entries& /*entries*/, TierId tier) {
  return tier == on_.back() ? lists_[tier].oldest() : kNoEntry;
}

void Spillover::add_used(Entries& entries, EntryId id) {
  Entry& entry = entries[id];
  entry.last_use = ++uses_;
  lists_[entry.tier].add_newest(entries, id);
}

void Spillover::add_demoted(Entries& /*entries*/, EntryId /*id*/, TierId /*from*/) {
  check(false, "nothing comes down where no tier has one below it");
}

void Spillover::put_back(Entries& entries, EntryId id) {
  lists_[entries[id].tier].add_from_oldest(entries, id);
}

void Spillover::refresh(Entries& entries, EntryId id) {
  withdraw(entries, id);
  add_used(entries, id);
}

void Spillover::withdraw(Entries& entries, EntryId id) {
  lists_[entries[id].tier].remove(entries, id);
}

}  // namespace spillway::cache
