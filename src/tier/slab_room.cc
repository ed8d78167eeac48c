// SPDX-License-Identifier: Apache-2.0
#include "tier/slab_room.h"

#include <bit>

#include "core/error.h"

namespace spillway::tier {
namespace {

constexpr unsigned kBits = 64;

}  // namespace

SlabRoom::SlabRoom(Bytes capacity, std::span<const Bytes> block_sizes)
    : units_(capacity / kBlockAlignment),
      classes_(units_, block_sizes),
      heads_(classes_.count(), kNone),
      not_empty_((classes_.count() + kBits - 1) / kBits) {
  if (units_ == 0) return;
  const MutexLock lock(mutex_);
  const Id all = new_extent();
  at(all).units = units_;
  list(all);
}

std::optional<Placement> SlabRoom::reserve(kv::BlockKey /*key*/, Bytes size) {
  check(size.count() > 0, "a block has bytes");
  const std::uint64_t units = classes_.rounded_up(padded(size) / kBlockAlignment);
  const MutexLock lock(mutex_);
  const std::optional<Id> id = find_free(units);
  if (!id) return std::nullopt;
  unlist(*id);
  cut(*id, units);
  at(*id).previous = kInUse;
  used_ += units;
  return Placement{.offset = at(*id).first * kBlockAlignment.count(), .slot = *id};
}

void SlabRoom::release(kv::BlockKey /*key*/, Placement placement, Bytes size) {
  const std::uint64_t units = classes_.rounded_up(padded(size) / kBlockAlignment);
  const MutexLock lock(mutex_);
  check(placement.slot < made_, "a place that this room gave is given back");
  const Extent& extent = at(placement.slot);
  check(extent.previous == kInUse && extent.units == units &&
            extent.first * kBlockAlignment.count() == placement.offset,
        "a place is given back once, with the size it was taken for");
  used_ -= units;
  list(join_free_neighbours(placement.slot));
}

Bytes SlabRoom::footprint(Bytes size) const {
  return classes_.rounded_up(padded(size) / kBlockAlignment) * kBlockAlignment;
}

Bytes SlabRoom::capacity() const { return units_ * kBlockAlignment; }

Bytes SlabRoom::used() {
  const MutexLock lock(mutex_);
  return used_ * kBlockAlignment;
}

// The first extent on the list of the smallest class that holds `units`: `units` is a class itself,
// so everything listed there, or in a larger class, is large enough.
std::optional<SlabRoom::Id> SlabRoom::find_free(std::uint64_t units) const {
  if (units > units_) return std::nullopt;
  const std::size_t wanted = classes_.largest_within(units);
  std::uint64_t above = ~std::uint64_t{0} << (wanted % kBits);
  for (std::size_t word = wanted / kBits; word < not_empty_.size(); ++word) {
    const std::uint64_t found = not_empty_[word] & above;
    if (found != 0) {
      return heads_[word * kBits + static_cast<std::size_t>(std::countr_zero(found))];
    }
    above = ~std::uint64_t{0};
  }
  return std::nullopt;
}

SlabRoom::Id SlabRoom::new_extent() {
  if (recycled_ != kNone) {
    const Id id = recycled_;
    recycled_ = at(id).next;
    at(id) = Extent{};
    return id;
  }
  check(made_ < kInUse, "a room has fewer than 2^32 blocks");
  if (made_ % kChunk == 0) add_chunk();
  const Id id = made_++;
  at(id) = Extent{};
  return id;
}

// Extents far apart are looked at one after the other: with ordinary pages each look would also
// miss in the TLB.
void SlabRoom::add_chunk() {
  memory_.emplace_back(Bytes(kChunk * sizeof(Extent)));
  std::byte* const raw = memory_.back().bytes().data();
  auto* const extents = new (raw) Extent[kChunk];
  chunks_.push_back(extents);
}

// Not in use and on no class's list; `units` of 0 fits no block, so a stale place is noticed.
void SlabRoom::recycle(Id id) {
  at(id) = Extent{};
  at(id).next = recycled_;
  recycled_ = id;
}

void SlabRoom::list(Id id) {
  const std::size_t number = classes_.largest_within(at(id).units);
  Id& head = heads_[number];
  at(id).previous = kNone;
  at(id).next = head;
  if (head != kNone) at(head).previous = id;
  head = id;
  not_empty_[number / kBits] |= std::uint64_t{1} << (number % kBits);
}

void SlabRoom::unlist(Id id) {
  const Extent& extent = at(id);
  if (extent.next != kNone) at(extent.next).previous = extent.previous;
  if (extent.previous != kNone) {
    at(extent.previous).next = extent.next;
    return;
  }
  const std::size_t number = classes_.largest_within(extent.units);
  heads_[number] = extent.next;
  if (extent.next == kNone) not_empty_[number / kBits] &= ~(std::uint64_t{1} << (number % kBits));
}

// Keeps the first `units` of an unlisted extent, and lists the rest as one of its own.
void SlabRoom::cut(Id id, std::uint64_t units) {
  if (at(id).units == units) return;
  const Id rest = new_extent();
  Extent& extent = at(id);
  at(rest).first = extent.first + units;
  at(rest).units = extent.units - units;
  at(rest).before = id;
  at(rest).after = extent.after;
  if (extent.after != kNone) at(extent.after).before = rest;
  extent.after = rest;
  extent.units = units;
  list(rest);
}

// What is free on both sides becomes one with it; returns the extent that is left, unlisted.
SlabRoom::Id SlabRoom::join_free_neighbours(Id id) {
  if (is_free(at(id).after)) {
    unlist(at(id).after);
    absorb_after(id);
  }
  const Id before = at(id).before;
  if (!is_free(before)) return id;
  unlist(before);
  absorb_after(before);
  return before;
}

void SlabRoom::absorb_after(Id id) {
  const Id gone = at(id).after;
  at(id).units += at(gone).units;
  at(id).after = at(gone).after;
  if (at(id).after != kNone) at(at(id).after).before = id;
  recycle(gone);
}

}  // namespace spillway::tier
