// SPDX-License-Identifier: Apache-2.0
#include "cache/ranked_heap.h"

#include "core/error.h"

namespace spillway::cache {

void RankedHeap::add(Entries& entries, EntryId id, Rank rank) {
  items_.emplace_back();
  rise(entries, items_.size() - 1, {.rank = rank, .id = id});
}

void RankedHeap::remove(Entries& entries, EntryId id) {
  const std::size_t place = entries[id].place;
  check(place < items_.size() && items_[place].id == id, "an entry leaves the heap it stands in");
  const Item last = items_.back();
  items_.pop_back();
  if (last.id == id) return;
  if (place > 0 && last.rank < items_[(place - 1) / 2].rank) {
    rise(entries, place, last);
  } else {
    sink(entries, place, last);
  }
}

// Finds the item's place from `place` upwards; what is there is overwritten.
void RankedHeap::rise(Entries& entries, std::size_t place, const Item& item) {
  while (place > 0) {
    const std::size_t parent = (place - 1) / 2;
    if (items_[parent].rank < item.rank) break;
    put(entries, place, items_[parent]);
    place = parent;
  }
  put(entries, place, item);
}

void RankedHeap::sink(Entries& entries, std::size_t place, const Item& item) {
  while (true) {
    std::size_t child = 2 * place + 1;
    if (child >= items_.size()) break;
    if (child + 1 < items_.size() && items_[child + 1].rank < items_[child].rank) ++child;
    if (item.rank < items_[child].rank) break;
    put(entries, place, items_[child]);
    place = child;
  }
  put(entries, place, item);
}

void RankedHeap::put(Entries& entries, std::size_t place, const Item& item) {
  items_[place] = item;
  entries[item.id].place = static_cast<std::uint32_t>(place);
}

}  // namespace spillway::cache
