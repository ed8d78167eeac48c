// What a user may choose about the cache. Parsed and checked above; what arrives here is valid.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <limits>

#include "cache/move_log.h"
#include "core/bytes.h"
#include "core/tier_id.h"
#include "kv/block_key.h"
#include "kv/verify.h"

namespace spillway::cache {

// How much one new block may set off. Defaults: MLPerf KV-cache benchmark, sections `eviction` and
// `gpu_backend` of its config (April 2026), of the latter what limits nothing.
struct EvictionLimits {
  // Tiers that a chain of demotions may go down; a block that would have to make others leave, or
  // find room, further down is deleted.
  unsigned deepest_demotion = 10;
  // Blocks of all tiers that may leave for one: the blocks in the tier it goes to and 100 more, no
  // fewer than `fewest`, no more than `most`. A tier for which that is not enough is bypassed, and
  // those who have left stay away.
  std::size_t most = 5000;
  std::size_t fewest = 1000;
  // Of the gpu tier: blocks that may leave it for one, and the share of its free room that stays
  // free.
  std::size_t most_from_gpu = std::numeric_limits<std::size_t>::max();
  double gpu_kept_free = 0;
};

struct CacheOptions {
  PerTier<Bytes> capacity{};  // 0 = the tier is off; kUnlimited = it takes all
  // Share of its capacity up to which a tier is filled that has another one below it. 80 % is the
  // rule of the MLPerf KV-cache proposal (December 2025 notes). The last tier is filled wholly.
  double headroom = 0.8;
  // Of its capacity: the largest block that such a tier takes. The same source.
  double largest_share = 0.95;
  EvictionLimits eviction = {};
  bool promote = false;  // a hit in a lower tier also moves the block up
  kv::Verify verify = kv::Verify::sample;

  // Blocks for which the index takes and touches its memory at set-up (about 80 bytes each), so
  // that it never grows in a run. It grows by segments beyond that.
  std::size_t reserve_blocks = 0;
  // Blocks that one load or store moves side by side at most; the memory and the time that a stop
  // has to wait for depend on it.
  std::size_t blocks_in_flight = 128;

  // Asked, under the index's lock, before a block that leaves a tier goes to one below it: where it
  // says no the block is deleted. Empty: every block may go down.
  std::function<bool(const kv::BlockKey&)> may_go_down = {};

  MoveLog* moves = nullptr;  // outlives the cache; null: nobody is told
};

}  // namespace spillway::cache
