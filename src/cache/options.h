// What a user may choose about the cache. Parsed and checked above; what arrives here is valid.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "cache/move_log.h"
#include "core/bytes.h"
#include "core/tier_id.h"
#include "kv/verify.h"

namespace spillway::cache {

struct CacheOptions {
  PerTier<Bytes> capacity{};  // 0 = the tier is off; kUnlimited = it takes all
  // Share of its capacity up to which a tier is filled that has another one below it. 80 % is the
  // rule of the MLPerf KV-cache proposal (December 2025 notes). The last tier is filled wholly.
  double headroom = 0.8;
  bool promote = false;  // a hit in a lower tier also moves the block up
  kv::Verify verify = kv::Verify::sample;

  // Blocks for which the index takes and touches its memory at set-up (about 80 bytes each), so
  // that it never grows in a run. It grows by segments beyond that.
  std::size_t reserve_blocks = 0;
  // Blocks that one load or store moves side by side at most; the memory and the time that a stop
  // has to wait for depend on it.
  std::size_t blocks_in_flight = 128;

  MoveLog* moves = nullptr;  // outlives the cache; null: nobody is told
};

}  // namespace spillway::cache
