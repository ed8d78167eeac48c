// Mover: carries out what the index decided: deletes, demotes, writes and reads, and counts it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "async/loop.h"
#include "async/task.h"
#include "cache/counters.h"
#include "cache/index.h"
#include "cache/move_log.h"
#include "cache/options.h"
#include "cache/plan.h"
#include "core/tier_id.h"
#include "core/time.h"
#include "kv/content.h"
#include "kv/verify.h"
#include "tier/store.h"

namespace spillway::cache {

// Moves the bytes of one shard's plans between its stores, without the index's lock, and settles
// them. A plan that has begun is carried out wholly: a stop comes between plans.
class Mover {
 public:
  Mover(Index& index, const PerTier<tier::Store*>& stores, const kv::BlockContent* content,
        async::Loop& loop, const CacheOptions& options);

  // Deletions, demotions from the lowest tier up, arrivals. Arrivals that have a place already do
  // not wait for those who leave. Afterwards everything is settled, and the results of the arrivals
  // are in their marks.
  async::Task<> carry_out(Plan& plan, Cause cause);

  // Reads pinned blocks, all tiers side by side; arrived[i] says whether block i did, and right.
  async::Task<> read(std::span<const Pin> pins, std::span<std::uint8_t> arrived, Cause cause);

  // Removes a block that cannot be read.
  async::Task<> remove(Mark mark, Cause cause);

  CacheCounters& counters() { return counters_; }
  const CacheCounters& counters() const { return counters_; }

 private:
  async::Task<> make_way(Plan& plan, Cause cause);
  async::Task<> delete_all(std::span<Mark> marks, Cause cause);
  async::Task<> demote_all(std::span<Mark> marks, Cause cause);
  async::Task<> demote(std::span<Mark*> marks);
  async::Task<> write(std::span<Mark*> marks, tier::Store* from);
  async::Task<> arrive_all(std::span<Mark> marks, Cause cause);
  async::Task<> arrive(std::span<Mark*> marks, Cause cause);
  async::Task<> find_places(std::span<Mark> marks, Cause cause);
  async::Task<> erase(TierId tier, std::span<const kv::BlockKey> keys);
  async::Task<> read_tier(TierId tier, std::size_t count, std::span<const Pin> pins,
                          std::span<std::uint8_t> arrived);

  void log(const Mark& mark, TierId tier, Move::Kind kind, Cause cause) const;
  void log_demotions(const Plan& plan, Cause cause) const;
  void log_arrivals(std::span<const Mark> marks, Cause cause) const;
  void log_reads(std::span<const Pin> pins, Cause cause) const;

  void give_up(Mark& mark);
  void count_eviction(const Mark& mark);
  void count_demotion(const Mark& mark, Duration length);
  void count_arrival(const Mark& mark);

  Index& index_;
  const PerTier<tier::Store*> stores_;
  const kv::BlockContent* content_;
  async::Loop& loop_;
  kv::Verify verify_;
  MoveLog* moves_;
  CacheCounters counters_;
};

}  // namespace spillway::cache
