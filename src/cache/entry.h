// Entry: what the index knows of one block, in one cache line; Entries: the memory they live in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/aligned_buffer.h"
#include "core/bytes.h"
#include "core/tier_id.h"
#include "kv/block_key.h"
#include "tier/store.h"

namespace spillway::cache {

// Entries have numbers instead of addresses: half the size in links, and the same in every run.
using EntryId = std::uint32_t;
inline constexpr EntryId kNoEntry = ~EntryId{0};

// absent -> storing -> resident <-> leaving -> absent. A block that is leaving still lies in its
// tier: it is on its way to another one, or about to be deleted.
enum class State : std::uint8_t { absent, storing, resident, leaving };

inline constexpr unsigned kPinBits = 26;
inline constexpr std::uint32_t kMaxPins = (1U << kPinBits) - 1;

struct Waiter;  // a frame that waits for a block to be settled

struct alignas(64) Entry {
  kv::BlockKey key;
  Bytes size;
  Waiter* waiters = nullptr;
  // The policy's: when it was used last (or when it came, where the order is that of arrivals); in
  // a list its neighbours, in a heap its place and how often it was used.
  std::uint64_t last_use = 0;
  union {
    EntryId previous = kNoEntry;
    std::uint32_t place;
  };
  union {
    EntryId next;
    std::uint32_t uses = 0;
  };
  std::uint64_t offset = 0;  // its placement, without padding
  std::uint32_t slot = 0;
  std::uint32_t pins : kPinBits = 0;  // requests that read it; it stays as long as there are any
  State state : 2 = State::absent;
  TierId tier : 2 = TierId::gpu;   // where it lies, or will lie when it is stored
  TierId queue : 2 = TierId::gpu;  // the policy's

  tier::Placement placement() const { return {.offset = offset, .slot = slot}; }
  void set_placement(tier::Placement place) {
    offset = place.offset;
    slot = place.slot;
  }
};
static_assert(sizeof(Entry) == 64);

// What is reserved lies on huge pages, touched in advance. Beyond that it grows by segments of
// ordinary pages, which never move: a huge page that is touched in the middle of a run can take 5
// ms (measured in a virtual machine), an ordinary one takes a microsecond.
class Entries {
 public:
  // Takes and touches the memory of so many entries now.
  explicit Entries(std::size_t reserved);

  Entry& operator[](EntryId id) { return segments_[id >> kSegmentBits][id & kSegmentMask]; }
  const Entry& operator[](EntryId id) const {
    return segments_[id >> kSegmentBits][id & kSegmentMask];
  }

  EntryId take();
  void give_back(EntryId id);

  std::size_t in_use() const { return in_use_; }
  // Every entry ever taken has a number below.
  EntryId limit() const { return made_; }

 private:
  static constexpr unsigned kSegmentBits = 16;
  static constexpr EntryId kSegmentMask = (EntryId{1} << kSegmentBits) - 1;

  struct alignas(Entry) Raw {
    std::array<std::byte, sizeof(Entry)> bytes;
  };

  void add_segment();

  AlignedBuffer reserved_;
  std::vector<std::unique_ptr<Raw[]>> grown_;
  std::vector<Entry*> segments_;
  EntryId made_ = 0;
  EntryId spare_ = kNoEntry;  // given back ones, linked by `next`, the latest first
  std::size_t in_use_ = 0;
};

}  // namespace spillway::cache
