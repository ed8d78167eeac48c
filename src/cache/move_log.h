// MoveLog: is told of every block that a cache reads, writes or drops.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "core/bytes.h"
#include "core/tier_id.h"
#include "core/time.h"
#include "kv/block_key.h"

namespace spillway::cache {

// For whom the cache works; nobody while a run fills it before it begins.
struct Cause {
  std::optional<std::uint64_t> request = std::nullopt;  // its place in the plan
  std::optional<std::uint64_t> user = std::nullopt;
};

struct Move {
  enum class Kind : std::uint8_t { read, write, removal };
  // New blocks; blocks that somebody reads, on their way up too; blocks that make room.
  enum class Purpose : std::uint8_t { store, use, room };

  Time decided;  // on the run's clock; a removal: when the block had gone
  kv::BlockKey key;
  Bytes size;
  TierId tier = TierId::gpu;
  Kind kind = Kind::read;
  Purpose purpose = Purpose::use;
  Cause cause = {};
};

// Reads and writes come as they are decided, before the bytes move; what a failure undoes follows
// as a removal. A demotion is a read above and a write below, both told of before the write that
// they make room for. Called by all shards, so it is thread-safe, and quick.
class MoveLog {
 public:
  virtual ~MoveLog() = default;
  virtual void add(const Move& move) = 0;
};

}  // namespace spillway::cache
