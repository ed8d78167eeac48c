// SPDX-License-Identifier: Apache-2.0
#include "cache/waterfall.h"

namespace spillway::cache {

EntryId WaterfallLru::victim(Entries& entries, TierId tier) {
  EntryId least = kNoEntry;
  for (const RecencyList& list : lists_[tier]) {
    if (list.empty()) continue;
    const EntryId oldest = list.oldest();
    if (least == kNoEntry || entries[oldest].last_use < entries[least].last_use) least = oldest;
  }
  return least;
}

void WaterfallLru::add_used(Entries& entries, EntryId id) {
  Entry& entry = entries[id];
  entry.last_use = ++uses_;
  entry.queue = entry.tier;
  list_of(entry).add_newest(entries, id);
}

// Blocks come down in the order of their last use, but for the few that overtake each other on the
// way: the place is found in a few steps.
void WaterfallLru::add_demoted(Entries& entries, EntryId id, TierId from) {
  Entry& entry = entries[id];
  entry.queue = from;
  list_of(entry).add_from_newest(entries, id);
}

// It was the oldest when it was chosen to leave: again, a few steps.
void WaterfallLru::put_back(Entries& entries, EntryId id) {
  list_of(entries[id]).add_from_oldest(entries, id);
}

void WaterfallLru::refresh(Entries& entries, EntryId id) {
  withdraw(entries, id);
  add_used(entries, id);
}

void WaterfallLru::withdraw(Entries& entries, EntryId id) {
  list_of(entries[id]).remove(entries, id);
}

}  // namespace spillway::cache
