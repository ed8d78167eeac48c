// SPDX-License-Identifier: Apache-2.0
#include "cache/size_aware.h"

#include <algorithm>
#include <bit>

namespace spillway::cache {
namespace {

constexpr double kMissCost = 1;

// Numbers that are not negative are in the order of their bits (IEEE 754).
std::uint64_t rank_of(double priority) { return std::bit_cast<std::uint64_t>(priority); }
double priority_of(std::uint64_t rank) { return std::bit_cast<double>(rank); }

double worth(const Entry& entry) {
  const auto size = static_cast<double>(std::max<std::uint64_t>(entry.size.count(), 1));
  return static_cast<double>(entry.uses) * kMissCost / size;
}

}  // namespace

SizeAware::SizeAware(const CacheOptions& options) : WaterfallPlacement(options) {
  for (RankedHeap& heap : heaps_) heap.reserve(options.reserve_blocks);
}

EntryId SizeAware::victim(Entries& /*entries*/, TierId tier) {
  const RankedHeap& heap = heaps_[tier];
  if (heap.empty()) return kNoEntry;
  clocks_[tier] = priority_of(heap.least_rank().value);
  return heap.least();
}

void SizeAware::add_used(Entries& entries, EntryId id) {
  Entry& entry = entries[id];
  ++entry.uses;
  entry.last_use = ++uses_;
  add(entries, id);
}

void SizeAware::add_demoted(Entries& entries, EntryId id, TierId /*from*/) { add(entries, id); }

// The clock stands where it was when the block was to leave, or is a little further on.
void SizeAware::put_back(Entries& entries, EntryId id) { add(entries, id); }

void SizeAware::refresh(Entries& entries, EntryId id) {
  withdraw(entries, id);
  entries[id].last_use = ++uses_;
  add(entries, id);
}

void SizeAware::withdraw(Entries& entries, EntryId id) {
  heaps_[entries[id].tier].remove(entries, id);
}

void SizeAware::add(Entries& entries, EntryId id) {
  const Entry& entry = entries[id];
  heaps_[entry.tier].add(
      entries, id, {.value = rank_of(clocks_[entry.tier] + worth(entry)), .order = entry.last_use});
}

}  // namespace spillway::cache
