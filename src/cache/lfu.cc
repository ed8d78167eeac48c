// SPDX-License-Identifier: Apache-2.0
#include "cache/lfu.h"

namespace spillway::cache {

Lfu::Lfu(const CacheOptions& options) : WaterfallPlacement(options) {
  for (RankedHeap& heap : heaps_) heap.reserve(options.reserve_blocks);
}

EntryId Lfu::victim(Entries& /*entries*/, TierId tier) {
  return heaps_[tier].empty() ? kNoEntry : heaps_[tier].least();
}

void Lfu::add_used(Entries& entries, EntryId id) {
  Entry& entry = entries[id];
  ++entry.uses;
  entry.last_use = ++uses_;
  put_back(entries, id);
}

void Lfu::add_demoted(Entries& entries, EntryId id, TierId /*from*/) { put_back(entries, id); }

void Lfu::put_back(Entries& entries, EntryId id) {
  const Entry& entry = entries[id];
  heaps_[entry.tier].add(entries, id, {.value = entry.uses, .order = entry.last_use});
}

void Lfu::refresh(Entries& entries, EntryId id) {
  withdraw(entries, id);
  entries[id].last_use = ++uses_;
  put_back(entries, id);
}

void Lfu::withdraw(Entries& entries, EntryId id) { heaps_[entries[id].tier].remove(entries, id); }

}  // namespace spillway::cache
