// SPDX-License-Identifier: Apache-2.0
#include "cache/index.h"

#include <algorithm>
#include <ranges>

#include "core/error.h"

namespace spillway::cache {
namespace {

void add_to(TierUsage& seen, const Entry& entry, Bytes bytes) {
  if (entry.state == State::storing) {
    seen.reserved += bytes;
    return;
  }
  seen.used += bytes;
  ++seen.blocks;
  if (entry.state == State::leaving) seen.leaving += bytes;
  if (entry.pins > 0) seen.pinned += bytes;
}

// What was tracked against what the blocks themselves say. Of blocks on their way only those that
// are stored can be seen here: where others go to is in their marks.
std::string difference(const TierUsage& tracked, const TierUsage& seen) {
  if (tracked.used != seen.used) return "the bytes used are not those of its blocks";
  if (tracked.leaving != seen.leaving) return "the bytes leaving are not those of its blocks";
  if (tracked.pinned != seen.pinned) return "the bytes pinned are not those of its blocks";
  if (tracked.blocks != seen.blocks) return "the number of blocks is wrong";
  if (tracked.reserved < seen.reserved) return "fewer bytes are reserved than are being stored";
  if (tracked.peak < tracked.used) return "the peak is below what is used";
  return {};
}

}  // namespace

Index::Index(const CacheOptions& options, const PerTier<tier::Room*>& rooms,
             std::unique_ptr<Policy> policy)
    : rooms_(rooms),
      limits_(options.eviction),
      may_go_down_(options.may_go_down),
      gpu_capacity_(options.capacity[TierId::gpu]),
      policy_(std::move(policy)),
      entries_(options.reserve_blocks),
      table_(options.reserve_blocks) {
  for (const TierId tier : kAllTiers) {
    check((options.capacity[tier] > Bytes(0)) == (rooms[tier] != nullptr),
          "a tier that is on has a room, one that is off has none");
  }
}

Index::~Index() = default;

EntryId Index::find(const kv::BlockKey& key) const { return table_.find(key, entries_); }

void Index::prefetch(std::span<const kv::BlockKey> keys) const {
  for (const kv::BlockKey& key : keys) table_.prefetch(key);
}

Index::MatchStep Index::match(std::span<const kv::BlockKey> keys, std::vector<Pin>& pins) {
  const MutexLock lock(mutex_);
  prefetch(keys);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const EntryId id = find(keys[i]);
    if (id == kNoEntry) return {.matched = i, .end = End::absent};
    if (entries_[id].state != State::resident) return {.matched = i, .end = End::unsettled};
    pins.push_back(pin(id));
  }
  return {.matched = keys.size(), .end = End::all};
}

Pin Index::pin(EntryId id) {
  Entry& entry = entries_[id];
  check(entry.pins < kMaxPins, "fewer than 2^26 requests read a block");
  if (entry.pins == 0) {
    policy_->withdraw(entries_, id);
    accounts_[entry.tier].usage.pinned += footprint(entry.tier, entry.size);
  }
  entry.pins = (entry.pins + 1) & kMaxPins;
  return {.key = entry.key,
          .size = entry.size,
          .placement = entry.placement(),
          .entry = id,
          .tier = entry.tier};
}

void Index::unpin(EntryId id, Woken& woken) {
  Entry& entry = entries_[id];
  check(entry.pins > 0, "what is unpinned was pinned");
  entry.pins = (entry.pins - 1) & kMaxPins;
  if (entry.pins > 0) return;
  accounts_[entry.tier].usage.pinned -= footprint(entry.tier, entry.size);
  policy_->add_used(entries_, id);
  woken.take_from(entry);
}

void Index::unpin(std::span<const Pin> pins) {
  while (!pins.empty()) {
    const std::span<const Pin> batch = pins.last(std::min(pins.size(), kBatch));
    pins = pins.first(pins.size() - batch.size());
    Woken woken;
    {
      const MutexLock lock(mutex_);
      for (const Pin& pin : std::views::reverse(batch)) {
        if (pin.entry != kNoEntry) unpin(pin.entry, woken);
      }
    }
    woken.resume();
  }
}

void Index::touch(std::span<const kv::BlockKey> keys) {
  while (!keys.empty()) {
    const std::span<const kv::BlockKey> batch = keys.last(std::min(keys.size(), kBatch));
    keys = keys.first(keys.size() - batch.size());
    const MutexLock lock(mutex_);
    prefetch(batch);
    for (const kv::BlockKey& key : std::views::reverse(batch)) {
      const EntryId id = find(key);
      if (id == kNoEntry || entries_[id].state != State::resident || entries_[id].pins > 0)
        continue;
      policy_->refresh(entries_, id);
    }
  }
}

// Waiters stand in line: the first to wait is the first to go on.
bool Index::enlist(const kv::BlockKey& key, Until until, Waiter& waiter) {
  const MutexLock lock(mutex_);
  const EntryId id = find(key);
  if (id == kNoEntry) return false;
  const bool in_use = until == Until::unread && entries_[id].pins > 0;
  if (entries_[id].state == State::resident && !in_use) return false;
  Waiter** last = &entries_[id].waiters;
  while (*last != nullptr) last = &(*last)->next;
  *last = &waiter;
  return true;
}

std::optional<TierId> Index::where(const kv::BlockKey& key) {
  const MutexLock lock(mutex_);
  const EntryId id = find(key);
  if (id == kNoEntry || entries_[id].state != State::resident) return std::nullopt;
  return TierId{entries_[id].tier};
}

TierUsage Index::usage(TierId tier) {
  const MutexLock lock(mutex_);
  return accounts_[tier].usage;
}

void Index::restart_peaks() {
  const MutexLock lock(mutex_);
  for (Accounts& accounts : accounts_) accounts.usage.peak = accounts.usage.used;
}

std::vector<kv::BlockKey> Index::resident() {
  const MutexLock lock(mutex_);
  std::vector<kv::BlockKey> keys;
  for (EntryId id = 0; id < entries_.limit(); ++id) {
    if (entries_[id].state == State::resident) keys.push_back(entries_[id].key);
  }
  return keys;
}

std::string Index::find_inconsistency() {
  const MutexLock lock(mutex_);
  PerTier<TierUsage> seen{};
  std::size_t present = 0;
  for (EntryId id = 0; id < entries_.limit(); ++id) {
    const Entry& entry = entries_[id];
    if (entry.state == State::absent) continue;
    ++present;
    if (find(entry.key) != id)
      return "block " + kv::to_text(entry.key) + " is not found by its key";
    add_to(seen[entry.tier], entry, footprint(entry.tier, entry.size));
  }
  if (present != table_.size()) return "the table of keys has another number of blocks";
  for (const TierId tier : kAllTiers) {
    const std::string problem = difference(accounts_[tier].usage, seen[tier]);
    if (!problem.empty()) return std::string(name_of(tier)) + ": " + problem;
  }
  return {};
}

}  // namespace spillway::cache
