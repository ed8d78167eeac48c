// RamStore: blocks in memory of this machine, copied there and back for real.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "async/loop.h"
#include "async/pool.h"
#include "async/task.h"
#include "core/aligned_buffer.h"
#include "core/bytes.h"
#include "tier/store.h"

namespace spillway::tier {

// The memory of one RAM tier, on huge pages where granted, shared by the stores of all shards.
// Every page is touched here, at set-up, so that no block pays for it. Throws Error without the
// memory.
class RamArena {
 public:
  explicit RamArena(Bytes capacity);

  Bytes capacity() const { return memory_.size(); }
  std::span<std::byte> block(Placement placement, Bytes size) const;

 private:
  AlignedBuffer memory_;
};

// A write lets the source fill the block's place in the arena (one copy where the source has memory
// of its own); a read shows the sink that place, or copies to the room it gives. Without a pool
// this goes on the loop, in slices of 256 KiB with everything else in between; with one, each block
// is a job of the pool, and sources and sinks are called on its threads, one thread at a time each.
// Under a virtual clock copies take no time: there the tier of a run is a ModelledStore.
class RamStore final : public Store {
 public:
  RamStore(async::Loop& loop, const RamArena& arena, async::Pool* pool = nullptr);

  async::Task<> write(std::span<BlockMove> moves) override;
  async::Task<> read(std::span<BlockMove> moves) override;
  async::Task<> erase(std::span<const kv::BlockKey> keys) override;
  std::span<std::byte> memory(Placement placement, Bytes size) override;
  bool modelled() const override { return false; }

 private:
  using Slice = void (*)(const BlockMove& move, std::span<std::byte> block, Bytes offset);
  async::Task<> move_all(std::span<BlockMove> moves, Slice slice);
  async::Task<> move_here(BlockMove& move, Slice slice, Time asked);
  async::Task<> move_on_pool(BlockMove& move, Slice slice, Time asked);

  async::Loop& loop_;
  const RamArena& arena_;
  async::Pool* pool_;
};

}  // namespace spillway::tier
