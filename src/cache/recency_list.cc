// SPDX-License-Identifier: Apache-2.0
#include "cache/recency_list.h"

namespace spillway::cache {

void RecencyList::insert_after(Entries& entries, EntryId older, EntryId id) {
  const EntryId newer = older == kNoEntry ? oldest_ : entries[older].next;
  Entry& entry = entries[id];
  entry.previous = older;
  entry.next = newer;
  (older == kNoEntry ? oldest_ : entries[older].next) = id;
  (newer == kNoEntry ? newest_ : entries[newer].previous) = id;
}

void RecencyList::add_newest(Entries& entries, EntryId id) { insert_after(entries, newest_, id); }

void RecencyList::add_from_newest(Entries& entries, EntryId id) {
  EntryId older = newest_;
  while (older != kNoEntry && entries[older].last_use > entries[id].last_use) {
    older = entries[older].previous;
  }
  insert_after(entries, older, id);
}

void RecencyList::add_from_oldest(Entries& entries, EntryId id) {
  EntryId older = kNoEntry;
  EntryId newer = oldest_;
  while (newer != kNoEntry && entries[newer].last_use < entries[id].last_use) {
    older = newer;
    newer = entries[newer].next;
  }
  insert_after(entries, older, id);
}

void RecencyList::remove(Entries& entries, EntryId id) {
  const Entry& entry = entries[id];
  (entry.previous == kNoEntry ? oldest_ : entries[entry.previous].next) = entry.next;
  (entry.next == kNoEntry ? newest_ : entries[entry.next].previous) = entry.previous;
}

}  // namespace spillway::cache
