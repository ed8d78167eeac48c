// RankedHeap: entries by rank, the least on top; each knows its place, so that any of them can go.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cache/entry.h"

namespace spillway::cache {

// A rank, and what decides among equal ones.
struct Rank {
  std::uint64_t value = 0;
  std::uint64_t order = 0;

  friend constexpr auto operator<=>(const Rank&, const Rank&) = default;
};

// A binary heap: O(log n) to add and to remove. Every entry stands in one heap at most; its place
// is in Entry::place. No two entries have one rank and one order.
class RankedHeap {
 public:
  // Memory for so many is set aside, and touched only when it is used.
  void reserve(std::size_t entries) { items_.reserve(entries); }

  bool empty() const { return items_.empty(); }
  EntryId least() const { return items_.front().id; }
  Rank least_rank() const { return items_.front().rank; }

  void add(Entries& entries, EntryId id, Rank rank);
  void remove(Entries& entries, EntryId id);

 private:
  struct Item {
    Rank rank;
    EntryId id = kNoEntry;
  };

  void rise(Entries& entries, std::size_t place, const Item& item);
  void sink(Entries& entries, std::size_t place, const Item& item);
  void put(Entries& entries, std::size_t place, const Item& item);

  std::vector<Item> items_;
};

}  // namespace spillway::cache
