// Store: keeps the bytes of blocks under their keys. Mechanism, no policy: what it holds and what
// leaves is decided above, in cache.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "async/task.h"
#include "core/bytes.h"
#include "core/time.h"
#include "io/transfer.h"
#include "kv/block_key.h"
#include "stats/traffic.h"

namespace spillway::tier {

// What offsets and lengths of direct I/O are multiples of, on every drive that Spillway accepts,
// and what blocks are aligned to in every tier, so that they move between tiers without a copy.
inline constexpr Bytes kBlockAlignment = 4_KiB;

// What a store moves of a block: its size, up to the alignment. The bytes past the size are the
// source's, as all others are: a source is asked for, and a sink is given, the padded size.
constexpr Bytes padded(Bytes size) { return round_up(size, kBlockAlignment); }

// Where a block lies inside its tier; only the tier's own Room and Store know what it means.
struct Placement {
  std::uint64_t offset = 0;  // in the tier's file or memory, in bytes
  std::uint32_t slot = 0;    // the room's own number of the place
};

// The free space of one tier, shared by the stores of all shards. Thread-safe and quick: the cache
// calls it while it decides, under its own lock, so it moves no bytes and makes no system calls.
class Room {
 public:
  virtual ~Room() = default;

  // Space for one block, or nothing when none is left in one piece.
  virtual std::optional<Placement> reserve(kv::BlockKey key, Bytes size) = 0;
  // Gives space back. Nobody reads or writes the block any more.
  virtual void release(kv::BlockKey key, Placement placement, Bytes size) = 0;
  // What a block of `size` really takes (alignment, size class); it is what capacity counts.
  virtual Bytes footprint(Bytes size) const = 0;
};

// One block to be moved, and what came of it. The owner keeps it in place until the move is done.
struct BlockMove {
  kv::BlockKey key = {};
  Placement placement = {};
  Bytes size = Bytes(0);
  io::ByteSource* source = nullptr;  // of a write; null where the tier holds no bytes
  io::ByteSink* sink = nullptr;      // of a read; may be null: then the bytes go nowhere

  std::optional<stats::ErrorClass> error = std::nullopt;
  // With the errno's text, when there is an error. The initialiser lets designated ones omit it.
  std::string error_text = {};
  Duration latency{};     // from asking the store to the last byte
  Duration queue_wait{};  // of that, before the first piece was handed to the device
};

// Moves the bytes of one tier, for one shard. Many blocks go side by side in one call, which
// returns when each is done. A failure is a value in its BlockMove, never an exception. A store
// cannot tell wrong bytes from right ones: that is the sink's answer (content_io.h, judge()).
class Store {
 public:
  virtual ~Store() = default;

  virtual async::Task<> write(std::span<BlockMove> moves) = 0;
  virtual async::Task<> read(std::span<BlockMove> moves) = 0;
  // The block is gone from the cache: drop what the tier keeps of it (a file, say). Called before
  // its room is released. Stores that overwrite in place have nothing to do.
  virtual async::Task<> erase(std::span<const kv::BlockKey> keys) = 0;

  // The block's memory (of the padded size) when the tier is directly addressable (RAM), else
  // empty: a demotion then writes from it, and a promotion reads into it, without a copy.
  virtual std::span<std::byte> memory(Placement placement, Bytes size) = 0;
  // True when times are computed, not measured: every figure of the tier is then labelled.
  virtual bool modelled() const = 0;
};

}  // namespace spillway::tier
