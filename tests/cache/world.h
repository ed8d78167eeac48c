// A cache in virtual time over stores that do what a test tells them, and check what they are told.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "async/clock.h"
#include "async/group.h"
#include "async/loop.h"
#include "cache/cache.h"
#include "cache/index.h"
#include "cache/policies.h"
#include "core/mutex.h"
#include "tier/slab_room.h"
#include "tier/store.h"

namespace spillway::cache {

inline constexpr Bytes kBlock = 4_KiB;

inline kv::BlockKey key(std::uint64_t n) { return {.high = 7, .low = n}; }

inline std::vector<kv::BlockKey> keys(std::uint64_t first, std::uint64_t count) {
  std::vector<kv::BlockKey> all;
  for (std::uint64_t n = first; n < first + count; ++n) all.push_back(key(n));
  return all;
}

// What lies in one tier, by place; shared by the stores of several shards. A block that is written
// over another one, or read where it does not lie, is a failure of the test.
class ScriptedDevice {
 public:
  using Failure = std::optional<stats::ErrorClass>;
  std::function<Failure(const tier::BlockMove&)> fail_read = [](auto&) { return Failure{}; };
  std::function<Failure(const tier::BlockMove&)> fail_write = [](auto&) { return Failure{}; };
  Duration read_latency = std::chrono::microseconds(100);
  Duration write_latency = std::chrono::microseconds(200);
  bool addressable = false;  // as RAM is

  void write(tier::BlockMove& move) {
    const MutexLock lock(mutex_);
    ++writes_;
    most_at_once_ = std::max(most_at_once_, ++at_once_);
    move.latency = write_latency;
    move.error = fail_write(move);
    if (move.error) move.error_text = "no write, as told";
    if (move.error) return;
    Held held{.key = move.key, .bytes = {}};
    if (move.source != nullptr) held.bytes = bytes_of(move);
    const bool free = held_.emplace(move.placement.offset, std::move(held)).second;
    EXPECT_TRUE(free) << "a place is written twice";
  }
  void read(tier::BlockMove& move) {
    const MutexLock lock(mutex_);
    ++reads_;
    move.latency = read_latency;
    move.error = fail_read(move);
    if (move.error) move.error_text = "no read, as told";
    const auto held = held_.find(move.placement.offset);
    const bool right = held != held_.end() && held->second.key == move.key;
    EXPECT_TRUE(right) << "a block is read where it does not lie";
    if (right && !move.error && move.sink != nullptr) move.sink->take(Bytes(0), held->second.bytes);
  }
  void erase(std::span<const kv::BlockKey> gone) {
    const MutexLock lock(mutex_);
    for (const kv::BlockKey& key : gone) {
      std::erase_if(held_, [&](const auto& held) { return held.second.key == key; });
    }
  }
  std::span<std::byte> memory(tier::Placement placement) {
    const MutexLock lock(mutex_);
    return addressable ? std::span(held_.at(placement.offset).bytes) : std::span<std::byte>{};
  }
  void flip_a_bit(const kv::BlockKey& key) {
    const MutexLock lock(mutex_);
    for (auto& [offset, held] : held_) {
      if (held.key == key) held.bytes.at(1234) ^= std::byte{16};
    }
  }
  void done(std::size_t moves) {
    const MutexLock lock(mutex_);
    at_once_ -= moves;
  }
  std::size_t blocks() {
    const MutexLock lock(mutex_);
    return held_.size();
  }
  std::uint64_t reads() const { return reads_; }
  std::uint64_t writes() const { return writes_; }
  std::size_t most_at_once() const { return most_at_once_; }

 private:
  struct Held {
    kv::BlockKey key;
    std::vector<std::byte> bytes;
  };
  static std::vector<std::byte> bytes_of(const tier::BlockMove& move) {
    std::vector<std::byte> bytes(tier::padded(move.size).count());
    const std::span<const std::byte> given = move.source->supply(Bytes(0), bytes);
    if (given.data() != bytes.data()) bytes.assign(given.begin(), given.end());
    return bytes;
  }

  Mutex mutex_;
  std::map<std::uint64_t, Held> held_;
  std::uint64_t reads_ = 0, writes_ = 0;
  std::size_t at_once_ = 0, most_at_once_ = 0;
};

class ScriptedStore final : public tier::Store {
 public:
  ScriptedStore(async::Loop& loop, ScriptedDevice& device) : loop_(loop), device_(device) {}

  async::Task<> write(std::span<tier::BlockMove> moves) override {
    for (tier::BlockMove& move : moves) device_.write(move);
    co_await loop_.sleep_for(device_.write_latency, never_);
    device_.done(moves.size());
  }
  async::Task<> read(std::span<tier::BlockMove> moves) override {
    for (tier::BlockMove& move : moves) device_.read(move);
    co_await loop_.sleep_for(device_.read_latency, never_);
  }
  async::Task<> erase(std::span<const kv::BlockKey> keys) override {
    co_await loop_.yield();
    device_.erase(keys);
  }
  std::span<std::byte> memory(tier::Placement placement, Bytes /*size*/) override {
    return device_.memory(placement);
  }
  bool modelled() const override { return true; }

 private:
  async::Loop& loop_;
  ScriptedDevice& device_;
  async::Stop never_;
};

// Capacities in blocks; 0 = off.
struct Blocks {
  std::uint64_t gpu = 0, cpu = 0, storage = 0;
};

// What all shards share.
struct Tiers {
  explicit Tiers(const Blocks& blocks, CacheOptions others = {},
                 std::string_view policy = policy_names().front())
      : options(others) {
    options.capacity = {{kBlock * blocks.gpu, kBlock * blocks.cpu, kBlock * blocks.storage}};
    PerTier<tier::Room*> given{};
    for (const TierId tier : kAllTiers) {
      if (options.capacity[tier] == Bytes(0)) continue;
      rooms[tier] = std::make_unique<tier::SlabRoom>(options.capacity[tier], std::span(&kBlock, 1));
      given[tier] = rooms[tier].get();
    }
    index = std::make_unique<Index>(options, given, make_policy(policy, options));
  }
  std::uint64_t blocks(TierId tier) const { return index->usage(tier).blocks; }

  // Everything settled: nothing on its way, and index, rooms and devices agree.
  void expect_settled() {
    EXPECT_EQ(index->find_inconsistency(), "");
    for (const TierId tier : kAllTiers) {
      const TierUsage usage = index->usage(tier);
      EXPECT_EQ(usage.reserved, Bytes(0)) << name_of(tier);
      EXPECT_EQ(usage.leaving, Bytes(0)) << name_of(tier);
      EXPECT_EQ(usage.pinned, Bytes(0)) << name_of(tier);
      if (rooms[tier]) EXPECT_EQ(usage.used, rooms[tier]->used()) << name_of(tier);
      EXPECT_EQ(usage.blocks, devices[tier].blocks()) << name_of(tier);
      EXPECT_LE(usage.peak, options.capacity[tier]) << name_of(tier);
    }
  }

  CacheOptions options;
  PerTier<std::unique_ptr<tier::SlabRoom>> rooms;
  PerTier<ScriptedDevice> devices;
  std::unique_ptr<Index> index;
};

// One shard of it.
struct Shard {
  Shard(Tiers& tiers, async::Loop& loop, const kv::BlockContent* content = nullptr) {
    PerTier<tier::Store*> given{};
    for (const TierId tier : kAllTiers) {
      if (tiers.options.capacity[tier] == Bytes(0)) continue;
      stores[tier] = std::make_unique<ScriptedStore>(loop, tiers.devices[tier]);
      given[tier] = stores[tier].get();
    }
    cache = std::make_unique<Cache>(*tiers.index, given, content, loop, tiers.options);
  }
  PerTier<std::unique_ptr<ScriptedStore>> stores;
  std::unique_ptr<Cache> cache;
};

// One shard, on a loop in virtual time.
struct World : Tiers {
  explicit World(const Blocks& blocks, CacheOptions others = {},
                 const kv::BlockContent* content = nullptr,
                 std::string_view policy = policy_names().front())
      : Tiers(blocks, others, policy), shard(*this, loop, content), cache(*shard.cache) {}

  StoreOutcome store(const std::vector<kv::BlockKey>& what, Bytes size = kBlock) {
    StoreOutcome outcome;
    loop.run(store_into(outcome, what, size));
    return outcome;
  }
  // One after the other, so that none is on its way when the next one needs room.
  void store_each(const std::vector<kv::BlockKey>& what, Bytes size = kBlock) {
    for (const kv::BlockKey& one : what) store({one}, size);
  }
  LoadOutcome load(const std::vector<kv::BlockKey>& what) {
    LoadOutcome outcome;
    loop.run(load_into(outcome, what));
    return outcome;
  }
  std::size_t drop(const std::vector<kv::BlockKey>& what) {
    std::size_t dropped = 0;
    loop.run(drop_into(dropped, what));
    return dropped;
  }
  async::Task<> drop_into(std::size_t& dropped, const std::vector<kv::BlockKey>& what) {
    dropped = co_await cache.drop(what, stop);
  }
  async::Task<> store_into(StoreOutcome& outcome, const std::vector<kv::BlockKey>& what,
                           Bytes size = kBlock) {
    outcome = co_await cache.store(what, size, stop);
  }
  async::Task<> load_into(LoadOutcome& outcome, const std::vector<kv::BlockKey>& what) {
    Match match = co_await cache.match(what, stop);
    outcome = co_await cache.load(std::move(match), stop);
  }
  std::optional<TierId> where(const kv::BlockKey& key) { return index->where(key); }
  std::vector<std::uint64_t> lying_in(TierId tier, std::uint64_t first, std::uint64_t count) {
    std::vector<std::uint64_t> there;
    for (std::uint64_t n = first; n < first + count; ++n) {
      if (where(key(n)) == tier) there.push_back(n);
    }
    return there;
  }
  const TierCounters& counters(TierId tier) const { return cache.counters().tiers[tier]; }

  async::VirtualClock clock;
  async::Loop loop{clock};
  async::Stop stop;
  Shard shard;
  Cache& cache;
};

}  // namespace spillway::cache
