// KeyTable: from a block's key to its entry, without a pause when it grows.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "cache/entry.h"
#include "core/aligned_buffer.h"
#include "kv/block_key.h"
#include "kv/verify.h"

namespace spillway::cache {

// 1,024 open-addressing tables (linear probing, at most three quarters full), chosen by the top
// bits of the key's hash. Each grows by itself: with 10 million blocks that moves 12,000 slots of 8
// bytes, about 0.1 ms, where one table would stop everybody for the better part of a second. Not
// thread-safe: it lives under the index's lock.
class KeyTable {
 public:
  // Takes and touches the memory for so many keys now.
  explicit KeyTable(std::size_t reserved);

  // kNoEntry when the key is not there.
  EntryId find(const kv::BlockKey& key, const Entries& entries) const;
  // The key must not be there yet.
  void insert(const kv::BlockKey& key, EntryId id);
  void erase(const kv::BlockKey& key, EntryId id);
  // Asks the processor for the line where find() will look first.
  void prefetch(const kv::BlockKey& key) const;

  std::size_t size() const;

 private:
  // The tag holds 32 bits of the hash: the low ones say where the search starts, the others tell
  // nearly all different keys apart without a look at their entries.
  struct Slot {
    std::uint32_t tag = 0;
    EntryId entry = kNoEntry;
  };
  struct Table {
    Slot* slots = nullptr;
    std::uint32_t mask = 0;
    std::uint32_t used = 0;
  };
  static constexpr unsigned kTableBits = 10;
  static constexpr std::size_t kTables = std::size_t{1} << kTableBits;

  // Multiplying spreads keys that are not hashes, too; the two halves by different numbers, so that
  // keys with equal halves do not all meet.
  static std::uint64_t hash_of(const kv::BlockKey& key) {
    const std::uint64_t mixed = (key.high * kv::kGoldenRatio) ^ key.low;
    const std::uint64_t spread = (mixed ^ (mixed >> 32U)) * kv::kGoldenRatio;
    return spread ^ (spread >> 29U);
  }
  static std::size_t table_of(std::uint64_t hash) { return hash >> (64U - kTableBits); }
  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash); }

  static void put(const Table& table, Slot slot);
  void grow(std::size_t number);

  AlignedBuffer reserved_;
  std::array<Table, kTables> tables_;
  std::array<std::vector<Slot>, kTables> grown_;  // of tables that do not fit into the memory above
};

}  // namespace spillway::cache
