// Index: which block lies in which tier, and in what state. It decides; it moves no bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "async/loop.h"
#include "cache/entry.h"
#include "cache/key_table.h"
#include "cache/options.h"
#include "cache/plan.h"
#include "cache/policy.h"
#include "core/bytes.h"
#include "core/mutex.h"
#include "core/tier_id.h"
#include "kv/block_key.h"
#include "tier/store.h"

namespace spillway::cache {

// One tier's bytes, as footprints (what blocks really take there).
struct TierUsage {
  Bytes used;      // of blocks that lie here: resident or leaving
  Bytes leaving;   // of these, of blocks on their way out
  Bytes pinned;    // of these, of resident blocks that somebody reads
  Bytes reserved;  // of blocks on their way here
  Bytes peak;      // most that was ever used (since restart_peaks())
  std::size_t blocks = 0;

  // What counts against the tier's limit: what will lie here once everything has settled.
  Bytes occupied() const { return used - leaving + reserved; }
  // What would be left if every candidate went.
  Bytes fixed() const { return pinned + reserved; }
};

// A frame that waits for a block to be settled; lives in that frame, listed in the block's entry.
struct Waiter {
  async::Loop* loop = nullptr;
  std::coroutine_handle<> frame;
  Waiter* next = nullptr;
};

// Shared by the caches of all shards, and the only thing they share: one class, one lock. A call
// looks at a batch of keys at most (kBatch), so that nobody holds the lock for long; callers cut
// longer runs. Memory: 64 bytes a block and 11 to 21 for its key.
class Index {
 public:
  // Keys a caller hands over at a time, about 30 us of work under the lock.
  static constexpr std::size_t kBatch = 64;

  // `rooms`: null where the tier is off. They outlive the index.
  Index(const CacheOptions& options, const PerTier<tier::Room*>& rooms,
        std::unique_ptr<Policy> policy);
  ~Index();
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  enum class End { all, absent, unsettled };
  struct MatchStep {
    std::size_t matched = 0;  // leading keys, now pinned and added to `pins`
    End end = End::all;       // what the next key is
  };
  MatchStep match(std::span<const kv::BlockKey> keys, std::vector<Pin>& pins);
  // The last first. Pins that were used up by discard() or plan_promotions() are passed over.
  void unpin(std::span<const Pin> pins);
  void touch(std::span<const kv::BlockKey> keys);

  // Decides where the absent ones among the keys go and who leaves for them. Adds to `plan`.
  void plan_store(std::span<const kv::BlockKey> keys, Bytes size, Plan& plan);
  // Decides which pinned blocks move up; uses up the pins of those.
  void plan_promotions(std::span<Pin> pins, Plan& plan);
  // The pinned block cannot be read: a mark for its deletion that uses up the pin, or nothing when
  // somebody else reads it, too.
  std::optional<Mark> discard(Pin& pin);
  // Marks those of the keys for deletion that are resident and not read. Adds to `plan`; those that
  // are on their way or being read are its unsettled ones.
  void plan_drop(std::span<const kv::BlockKey> keys, Plan& plan);

  // Finds room for the marks that have none yet, as far as there is any in one piece. Returns how
  // many are still without.
  std::size_t place(std::span<Mark> marks);
  // For a mark that place() found no room for: who else leaves its tier, for `bytes` at least.
  // False when nobody is left.
  bool plan_more_room(const Mark& mark, Bytes bytes, Plan& plan);

  // What came of the marks takes effect, and whoever waited for these blocks goes on.
  void settle(std::span<Mark> marks);

  // Waits until the block is neither storing nor leaving. Resumes on `loop`, the awaiting frame's.
  auto settled(const kv::BlockKey& key, async::Loop& loop) {
    return Settled(*this, key, Until::settled, loop);
  }
  // The same, and until nobody reads it. Whoever waits has no pin of it.
  auto unread(const kv::BlockKey& key, async::Loop& loop) {
    return Settled(*this, key, Until::unread, loop);
  }

  // The tier in which the block is resident; asking is not a use.
  std::optional<TierId> where(const kv::BlockKey& key);
  TierUsage usage(TierId tier);
  // The keys of all blocks that are resident.
  std::vector<kv::BlockKey> resident();
  void restart_peaks();
  std::string_view policy_name() const { return policy_->name(); }

  // For tests: what does not add up, empty when everything does. Looks at every entry.
  std::string find_inconsistency();

 private:
  friend class Mark;

  enum class Until : std::uint8_t { settled, unread };

  class Settled : private Waiter {
   public:
    Settled(Index& index, const kv::BlockKey& key, Until until, async::Loop& on)
        : Waiter{.loop = &on, .frame = {}, .next = nullptr},
          index_(index),
          key_(key),
          until_(until),
          wait_(on, until == Until::settled
                        ? "a block that is being stored or is leaving"
                        : "a block that is being stored, is leaving or is read") {}
    bool await_ready() const { return false; }
    bool await_suspend(std::coroutine_handle<> waiting) {
      frame = waiting;
      return index_.enlist(key_, until_, *this);
    }
    void await_resume() const {}

   private:
    Index& index_;
    kv::BlockKey key_;
    Until until_;
    async::Wait wait_;
  };

  bool enlist(const kv::BlockKey& key, Until until, Waiter& waiter);

  // Waiters taken out of their entries under the lock, to be resumed without it.
  struct Woken {
    Waiter* first = nullptr;
    Waiter* last = nullptr;

    void take_from(Entry& entry);
    void resume() const;
  };

  Bytes footprint(TierId tier, Bytes size) const { return rooms_[tier]->footprint(size); }
  EntryId find(const kv::BlockKey& key) const SPILLWAY_REQUIRES(mutex_);
  void prefetch(std::span<const kv::BlockKey> keys) const SPILLWAY_REQUIRES(mutex_);
  Pin pin(EntryId id) SPILLWAY_REQUIRES(mutex_);
  void unpin(EntryId id, Woken& woken) SPILLWAY_REQUIRES(mutex_);

  // Planning (index_plan.cc).
  // What one block has set off: how many tiers down it is, and how many may still leave.
  struct Cascade {
    unsigned depth = 0;
    std::size_t may_leave = 0;
  };
  std::optional<TierId> find_tier(std::span<const TierId> order, Bytes size, Cascade& cascade,
                                  Plan& plan) SPILLWAY_REQUIRES(mutex_);
  bool has_room(TierId tier, Bytes occupied, Bytes bytes) const;
  std::size_t may_leave_for(TierId tier) const SPILLWAY_REQUIRES(mutex_);
  bool make_room(TierId tier, Bytes bytes, Cascade& cascade, Plan& plan) SPILLWAY_REQUIRES(mutex_);
  void push_out(EntryId victim, Cascade& cascade, Plan& plan) SPILLWAY_REQUIRES(mutex_);
  EntryId add_storing(const kv::BlockKey& key, Bytes size, TierId to) SPILLWAY_REQUIRES(mutex_);
  void withdraw_and_leave(EntryId id) SPILLWAY_REQUIRES(mutex_);
  void leave_with_pin(Pin& pin) SPILLWAY_REQUIRES(mutex_);
  Mark mark(EntryId id, Mark::Kind kind, TierId to) SPILLWAY_REQUIRES(mutex_);
  bool reserve(Mark::Data& move) SPILLWAY_REQUIRES(mutex_);

  // Settling (index_settle.cc).
  void settle_one(const Mark::Data& move, Woken& woken) SPILLWAY_REQUIRES(mutex_);
  void arrive(const Mark::Data& move) SPILLWAY_REQUIRES(mutex_);
  void stay(const Mark::Data& move) SPILLWAY_REQUIRES(mutex_);
  void vanish(const Mark::Data& move) SPILLWAY_REQUIRES(mutex_);
  void free_source(const Mark::Data& move) SPILLWAY_REQUIRES(mutex_);
  void free_target(const Mark::Data& move) SPILLWAY_REQUIRES(mutex_);

  struct Accounts {
    TierUsage usage;
    std::size_t unplaced = 0;  // marks that have bytes reserved here but no place yet
  };

  const PerTier<tier::Room*> rooms_;
  const EvictionLimits limits_;
  const std::function<bool(const kv::BlockKey&)> may_go_down_;
  const Bytes gpu_capacity_;
  const std::unique_ptr<Policy> policy_;
  Mutex mutex_;
  Entries entries_ SPILLWAY_GUARDED_BY(mutex_);
  KeyTable table_ SPILLWAY_GUARDED_BY(mutex_);
  PerTier<Accounts> accounts_ SPILLWAY_GUARDED_BY(mutex_);
};

}  // namespace spillway::cache
