// SPDX-License-Identifier: Apache-2.0
#include "cache/key_table.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>

#include "core/error.h"

namespace spillway::cache {
namespace {

constexpr std::size_t kSmallest = 16;

constexpr bool is_full(std::size_t used, std::size_t slots) { return used * 4 >= slots * 3; }

// Slots of one table, when `keys` are spread over all tables by chance: six standard deviations of
// one table's share above its mean still fit.
std::size_t slots_for(std::size_t keys, std::size_t tables) {
  const double mean = static_cast<double>(keys) / static_cast<double>(tables);
  const auto most = static_cast<std::size_t>(mean + 6 * std::sqrt(mean)) + 1;
  std::size_t slots = kSmallest;
  while (is_full(most, slots)) slots *= 2;
  return slots;
}

}  // namespace

KeyTable::KeyTable(std::size_t reserved) {
  const std::size_t slots = slots_for(reserved, kTables);
  check(slots <= std::size_t{1} << 31U, "an index reserves fewer than 2^32 blocks");
  reserved_ = AlignedBuffer(Bytes(kTables * slots * sizeof(Slot)));
  auto* const first = reinterpret_cast<Slot*>(reserved_.bytes().data());
  std::uninitialized_fill_n(first, kTables * slots, Slot{});
  for (std::size_t i = 0; i < kTables; ++i) {
    tables_.at(i).slots = first + i * slots;
    tables_.at(i).mask = static_cast<std::uint32_t>(slots - 1);
  }
}

EntryId KeyTable::find(const kv::BlockKey& key, const Entries& entries) const {
  const std::uint64_t hash = hash_of(key);
  const std::uint32_t tag = tag_of(hash);
  const Table& table = tables_[table_of(hash)];
  for (std::uint32_t at = tag & table.mask;; at = (at + 1) & table.mask) {
    const Slot slot = table.slots[at];
    if (slot.entry == kNoEntry) return kNoEntry;
    if (slot.tag == tag && entries[slot.entry].key == key) return slot.entry;
  }
}

void KeyTable::prefetch(const kv::BlockKey& key) const {
  const std::uint64_t hash = hash_of(key);
  const Table& table = tables_[table_of(hash)];
  __builtin_prefetch(&table.slots[tag_of(hash) & table.mask]);
}

void KeyTable::insert(const kv::BlockKey& key, EntryId id) {
  const std::uint64_t hash = hash_of(key);
  Table& table = tables_[table_of(hash)];
  if (is_full(table.used + 1, std::size_t{table.mask} + 1)) grow(table_of(hash));
  put(table, {.tag = tag_of(hash), .entry = id});
  ++table.used;
}

void KeyTable::put(const Table& table, Slot slot) {
  std::uint32_t at = slot.tag & table.mask;
  while (table.slots[at].entry != kNoEntry) at = (at + 1) & table.mask;
  table.slots[at] = slot;
}

void KeyTable::grow(std::size_t number) {
  Table& table = tables_[number];
  const std::size_t before = std::size_t{table.mask} + 1;
  std::vector<Slot> larger(before * 2);
  const std::span<const Slot> slots(table.slots, before);
  table.slots = larger.data();
  table.mask = static_cast<std::uint32_t>(larger.size() - 1);
  for (const Slot slot : slots) {
    if (slot.entry != kNoEntry) put(table, slot);
  }
  grown_[number] = std::move(larger);
}

// Closes the gap: every slot behind it that may stand there moves up, so that searches stay short
// however often keys come and go (Knuth, volume 3, section 6.4, algorithm R).
void KeyTable::erase(const kv::BlockKey& key, EntryId id) {
  Table& table = tables_[table_of(hash_of(key))];
  std::uint32_t gap = tag_of(hash_of(key)) & table.mask;
  while (table.slots[gap].entry != id) {
    check(table.slots[gap].entry != kNoEntry, "a key that is erased is in the table");
    gap = (gap + 1) & table.mask;
  }
  for (std::uint32_t at = (gap + 1) & table.mask; table.slots[at].entry != kNoEntry;
       at = (at + 1) & table.mask) {
    const std::uint32_t home = table.slots[at].tag & table.mask;
    if (((at - home) & table.mask) < ((at - gap) & table.mask)) continue;
    table.slots[gap] = table.slots[at];
    gap = at;
  }
  table.slots[gap] = Slot{};
  --table.used;
}

std::size_t KeyTable::size() const {
  std::size_t keys = 0;
  for (const Table& table : tables_) keys += table.used;
  return keys;
}

}  // namespace spillway::cache
