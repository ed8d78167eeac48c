// Cache: a request's blocks, found, read and stored. One a shard; all share an Index.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "async/loop.h"
#include "async/stop.h"
#include "async/task.h"
#include "cache/counters.h"
#include "cache/index.h"
#include "cache/mover.h"
#include "cache/options.h"
#include "core/bytes.h"
#include "core/tier_id.h"
#include "kv/block_key.h"
#include "kv/content.h"
#include "tier/store.h"

namespace spillway::cache {

struct LoadOutcome {
  std::size_t blocks_hit = 0;           // the leading run whose bytes arrived, and arrived right
  PerTier<std::uint64_t> hits{};        // these by the tier they came from
  PerTier<std::uint64_t> bytes_read{};  // of these
  std::size_t failed = 0;               // blocks whose read failed or brought wrong bytes
  bool stopped = false;                 // blocks were left unread because of the stop
};

struct StoreOutcome {
  std::size_t stored = 0;      // written by this call and now resident
  std::size_t present = 0;     // somebody had stored them before
  std::size_t not_stored = 0;  // no tier could take them
  std::size_t failed = 0;      // the write failed; also absent now
  PerTier<std::uint64_t> stored_in{};
  bool stopped = false;  // blocks were left out because of the stop

  void add(const Plan& plan);  // one that has been carried out
};

// Decides in the index under its lock, moves bytes outside of it, settles in the index. Everything
// runs on the shard's loop. A stop begins no new moves and waits for those in flight.
//
// The rule for a block that is being stored or is leaving: a request that finds it so waits until
// it is settled, and then counts what it finds: resident is a hit in the tier where the block then
// lies, absent is a miss.
class Cache {
 public:
  // `stores`: null where the tier is off. `content`: what blocks are made of, null where no tier
  // holds bytes (virtual time); then the blocks moved have no sources and sinks.
  Cache(Index& index, const PerTier<tier::Store*>& stores, const kv::BlockContent* content,
        async::Loop& loop, const CacheOptions& options);

  // The leading run of keys that are resident, pinned until the match is loaded or goes.
  async::Task<Match> match(std::span<const kv::BlockKey> keys, async::Stop& stop);

  // Reads the matched blocks side by side and unpins them. A block that fails ends what is usable
  // of the prefix; it leaves the cache unless another request is still reading it. With promotion,
  // also waits until the blocks have been written to the tier above.
  async::Task<LoadOutcome> load(Match match, async::Stop& stop, Cause cause = {});

  // Stores those of the keys that are absent; makes room for them first. Never waits for room.
  async::Task<StoreOutcome> store(std::span<const kv::BlockKey> keys, Bytes block_size,
                                  async::Stop& stop, Cause cause = {});

  // These were used now, the last first, so that a prefix's tail leaves before its head. Keys that
  // are not resident are passed over.
  void touch(std::span<const kv::BlockKey> keys);

  // Deletes those of the keys that are present from the tiers they lie in; returns how many. One
  // that is on its way or being read is waited for, so the caller has no match of any. Counted as
  // evictions.
  async::Task<std::size_t> drop(std::span<const kv::BlockKey> keys, async::Stop& stop);

  // 0: the tier is off.
  Bytes capacity(TierId tier) const { return options_.capacity[tier]; }
  bool has(TierId tier) const { return capacity(tier) > Bytes(0); }

  const CacheCounters& counters() const { return mover_.counters(); }
  // What was counted so far; counting starts afresh (the measured window begins).
  CacheCounters take_counters() { return std::exchange(mover_.counters(), {}); }

 private:
  struct Loading;
  struct Storing;

  template <typename Work>
  async::Task<> in_lanes(Work& work, async::Task<> (Cache::*lane)(Work&, async::Stop&),
                         std::size_t blocks, async::Stop& stop);
  async::Task<> load_lane(Loading& loading, async::Stop& stop);
  async::Task<> store_lane(Storing& storing, async::Stop& stop);
  async::Task<> store_window(Storing& storing, std::span<const kv::BlockKey> keys,
                             async::Stop& stop);
  async::Task<std::size_t> drop_window(std::span<const kv::BlockKey> keys, async::Stop& stop);
  async::Task<> wait_for(std::span<const kv::BlockKey> keys);
  async::Task<> promote(std::span<Pin> pins, Cause cause, async::Stop& stop);

  Index& index_;
  async::Loop& loop_;
  const CacheOptions options_;
  const std::size_t window_;  // blocks that one lane moves at a time
  const std::size_t lanes_;
  Mover mover_;
};

}  // namespace spillway::cache
