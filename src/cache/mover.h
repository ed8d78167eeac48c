// Mover: carries out what the index decided: deletes, demotes, writes and reads, and counts it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "async/loop.h"
#include "async/stop.h"
#include "async/task.h"
#include "cache/counters.h"
#include "cache/index.h"
#include "cache/options.h"
#include "cache/plan.h"
#include "cache/tier_id.h"
#include "io/transfer.h"
#include "kv/content.h"
#include "tier/content_io.h"
#include "tier/store.h"

namespace spillway::cache {

// Moves the bytes of one shard's plans between its stores, without the index's lock, and settles
// them. A plan that has begun is carried out wholly: a stop comes between plans.
class Mover {
 public:
  Mover(Index& index, const PerTier<tier::Store*>& stores, const kv::BlockContent* content,
        async::Loop& loop, kv::Verify verify);

  // Deletions, demotions from the lowest tier up, arrivals. Arrivals that have a place already do
  // not wait for those who leave. Afterwards the results of the arrivals are in their marks.
  async::Task<> carry_out(Plan& plan);

  // Reads pinned blocks, all tiers side by side. ok[i] says whether block i arrived right.
  async::Task<> read(std::span<const Pin> pins, std::span<std::uint8_t> ok);

  // Removes a block that cannot be read.
  async::Task<> remove(Mark mark);

  const CacheCounters& counters() const { return counters_; }
  CacheCounters& counters() { return counters_; }
  CacheCounters take_counters() { return std::exchange(counters_, {}); }

 private:
  async::Task<> make_way(Plan& plan);
  async::Task<> erase(std::span<Mark> marks, bool deletions);
  async::Task<> demote(std::span<Mark> marks);
  async::Task<> arrive(std::span<Mark> marks);

  Index& index_;
  const PerTier<tier::Store*> stores_;
  const kv::BlockContent* content_;
  async::Loop& loop_;
  kv::Verify verify_;
  CacheCounters counters_;
};

}  // namespace spillway::cache
