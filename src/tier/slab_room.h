// SlabRoom: hands out the space of one preallocated file or memory, block by block.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/aligned_buffer.h"
#include "core/bytes.h"
#include "core/mutex.h"
#include "tier/size_classes.h"
#include "tier/store.h"

namespace spillway::tier {

// The space [0, capacity) as a chain of extents, in use or free; free neighbours are joined, so a
// tier that changes from one block size to another does not run out of room while it is half empty.
// Free extents are listed by the largest size class they hold and found through a bitmap:
// reserving and releasing cost the same however many blocks there are ("TLSF: a new dynamic memory
// allocator for real-time systems", Masmano et al., ECRTS 2004, is the pattern). 32 bytes of memory
// a block, taken 2 MiB at a time (a huge page): no pause when it grows. Thread-safe.
class SlabRoom final : public Room {
 public:
  // `block_sizes` are those the tier will hold, each of which then takes exactly its padded size;
  // other sizes are welcome. The capacity may be kUnlimited where the space is not a real one.
  SlabRoom(Bytes capacity, std::span<const Bytes> block_sizes);

  std::optional<Placement> reserve(kv::BlockKey key, Bytes size) override;
  // Aborts when the place is not in use with this size: it was given back twice.
  void release(kv::BlockKey key, Placement placement, Bytes size) override;
  Bytes footprint(Bytes size) const override;

  // A multiple of the alignment.
  Bytes capacity() const;
  // Sum of the footprints of what is reserved.
  Bytes used();

 private:
  using Id = std::uint32_t;
  static constexpr Id kNone = ~Id{0};
  static constexpr Id kInUse = kNone - 1;  // as `previous`: the extent is on no list

  struct Extent {
    std::uint64_t first = 0;  // in units of kBlockAlignment
    std::uint64_t units = 0;
    Id before = kNone, after = kNone;   // neighbours in space
    Id previous = kNone, next = kNone;  // on the list of its class
  };
  static constexpr std::size_t kChunk = std::size_t{1} << 16U;

  Extent& at(Id id) SPILLWAY_REQUIRES(mutex_) { return chunks_[id / kChunk][id % kChunk]; }
  std::optional<Id> find_free(std::uint64_t units) const SPILLWAY_REQUIRES(mutex_);
  Id new_extent() SPILLWAY_REQUIRES(mutex_);
  void add_chunk() SPILLWAY_REQUIRES(mutex_);
  void recycle(Id id) SPILLWAY_REQUIRES(mutex_);
  void list(Id id) SPILLWAY_REQUIRES(mutex_);
  void unlist(Id id) SPILLWAY_REQUIRES(mutex_);
  void cut(Id id, std::uint64_t units) SPILLWAY_REQUIRES(mutex_);
  Id join_free_neighbours(Id id) SPILLWAY_REQUIRES(mutex_);
  void absorb_after(Id id) SPILLWAY_REQUIRES(mutex_);
  bool is_free(Id id) SPILLWAY_REQUIRES(mutex_) { return id != kNone && at(id).previous != kInUse; }

  const std::uint64_t units_;
  const SizeClasses classes_;
  Mutex mutex_;
  std::uint64_t used_ SPILLWAY_GUARDED_BY(mutex_) = 0;
  std::vector<AlignedBuffer> memory_ SPILLWAY_GUARDED_BY(mutex_);
  std::vector<Extent*> chunks_ SPILLWAY_GUARDED_BY(mutex_);  // in `memory_`
  Id made_ SPILLWAY_GUARDED_BY(mutex_) = 0;                  // extents ever made
  Id recycled_ SPILLWAY_GUARDED_BY(mutex_) = kNone;          // head of the list of spare ones
  std::vector<Id> heads_ SPILLWAY_GUARDED_BY(mutex_);        // a list a class
  std::vector<std::uint64_t> not_empty_ SPILLWAY_GUARDED_BY(mutex_);  // a bit a class
};

}  // namespace spillway::tier
