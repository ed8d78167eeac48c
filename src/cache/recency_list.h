// RecencyList: entries in the order of their last use, linked through themselves.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/entry.h"

namespace spillway::cache {

// Ordered by Entry::last_use. Every entry stands in one list at most.
class RecencyList {
 public:
  bool empty() const { return oldest_ == kNoEntry; }
  EntryId oldest() const { return oldest_; }

  void add_newest(Entries& entries, EntryId id);
  // Finds the place from one end: for an entry that belongs near it.
  void add_from_newest(Entries& entries, EntryId id);
  void add_from_oldest(Entries& entries, EntryId id);
  void remove(Entries& entries, EntryId id);

 private:
  // Between `older` and its newer neighbour; kNoEntry = as the oldest.
  void insert_after(Entries& entries, EntryId older, EntryId id);

  EntryId oldest_ = kNoEntry;
  EntryId newest_ = kNoEntry;
};

}  // namespace spillway::cache
