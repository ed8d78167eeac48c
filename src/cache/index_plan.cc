// The index decides where blocks go and who makes room for them.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cache/index.h"
#include "core/error.h"

namespace spillway::cache {

void Index::plan_store(std::span<const kv::BlockKey> keys, Bytes size, Plan& plan) {
  const MutexLock lock(mutex_);
  prefetch(keys);
  for (const kv::BlockKey& key : keys) {
    if (const EntryId known = find(key); known != kNoEntry) {
      if (entries_[known].state == State::resident) {
        ++plan.present;
      } else {
        plan.unsettled.push_back(key);
      }
      continue;
    }
    Cascade cascade;
    if (const auto to = find_tier(policy_->admission_order(), size, cascade, plan)) {
      plan.arrivals.push_back(mark(add_storing(key, size, *to), Mark::Kind::store, *to));
    } else {
      ++plan.refused;
    }
  }
}

void Index::plan_promotions(std::span<Pin> pins, Plan& plan) {
  const MutexLock lock(mutex_);
  for (Pin& pin : pins) {
    if (pin.entry == kNoEntry || entries_[pin.entry].pins > 1) continue;
    std::span<const TierId> above = policy_->admission_order();
    while (!above.empty() && above.back() >= pin.tier) above = above.first(above.size() - 1);
    Cascade cascade;
    const std::optional<TierId> to = find_tier(above, pin.size, cascade, plan);
    if (!to) continue;
    const EntryId id = pin.entry;
    leave_with_pin(pin);
    plan.arrivals.push_back(mark(id, Mark::Kind::promotion, *to));
  }
}

std::optional<Mark> Index::discard(Pin& pin) {
  const MutexLock lock(mutex_);
  if (entries_[pin.entry].pins > 1) return std::nullopt;
  const EntryId id = pin.entry;
  leave_with_pin(pin);
  return mark(id, Mark::Kind::deletion, pin.tier);
}

void Index::plan_drop(std::span<const kv::BlockKey> keys, Plan& plan) {
  const MutexLock lock(mutex_);
  prefetch(keys);
  for (const kv::BlockKey& key : keys) {
    const EntryId id = find(key);
    if (id == kNoEntry) continue;
    const Entry& entry = entries_[id];
    if (entry.state != State::resident || entry.pins > 0) {
      plan.unsettled.push_back(key);
      continue;
    }
    withdraw_and_leave(id);
    plan.deletions.push_back(mark(id, Mark::Kind::deletion, entry.tier));
  }
}

// The first tier that takes the block, with room made in it.
std::optional<TierId> Index::find_tier(std::span<const TierId> order, Bytes size, Cascade& cascade,
                                       Plan& plan) {
  for (const TierId tier : order) {
    const Bytes bytes = footprint(tier, size);
    if (!policy_->accepts(tier, accounts_[tier].usage.occupied(), bytes)) continue;
    if (cascade.depth == 0) cascade.may_leave = may_leave_for(tier);
    if (make_room(tier, bytes, cascade, plan)) return tier;
    ++plan.bypasses[tier];
  }
  return std::nullopt;
}

bool Index::has_room(TierId tier, Bytes occupied, Bytes bytes) const {
  if (!policy_->has_room(tier, occupied, bytes)) return false;
  if (tier != TierId::gpu || limits_.gpu_kept_free == 0) return true;
  const auto free = static_cast<double>((gpu_capacity_ - occupied).count());
  return static_cast<double>(bytes.count()) <= free * (1 - limits_.gpu_kept_free);
}

std::size_t Index::may_leave_for(TierId tier) const {
  constexpr std::size_t kMore = 100;  // the benchmark's
  const std::size_t blocks = accounts_[tier].usage.blocks;
  return std::min(limits_.most, std::max(limits_.fewest, blocks + kMore));
}

// Looks first whether all candidates together would do, so that nobody leaves for nothing but where
// a limit ends it.
bool Index::make_room(TierId tier, Bytes bytes, Cascade& cascade, Plan& plan) {
  const TierUsage& usage = accounts_[tier].usage;
  if (!has_room(tier, usage.fixed(), bytes)) return false;
  std::size_t from_gpu = 0;
  while (!has_room(tier, usage.occupied(), bytes)) {
    if (cascade.may_leave == 0) return false;
    if (tier == TierId::gpu && ++from_gpu > limits_.most_from_gpu) return false;
    --cascade.may_leave;
    const EntryId victim = policy_->victim(entries_, tier);
    check(victim != kNoEntry, "a tier has the candidates that its accounts promise");
    push_out(victim, cascade, plan);
  }
  return true;
}

void Index::push_out(EntryId victim, Cascade& cascade, Plan& plan) {
  const Entry& entry = entries_[victim];
  std::optional<TierId> to;
  ++cascade.depth;
  const bool admitted = !may_go_down_ || may_go_down_(entry.key);
  if (admitted && cascade.depth <= limits_.deepest_demotion) {
    to = find_tier(policy_->below(entry.tier), entry.size, cascade, plan);
  }
  --cascade.depth;
  withdraw_and_leave(victim);
  if (to) {
    plan.demotions[*to].push_back(mark(victim, Mark::Kind::demotion, *to));
  } else {
    plan.deletions.push_back(mark(victim, Mark::Kind::deletion, entry.tier));
  }
}

EntryId Index::add_storing(const kv::BlockKey& key, Bytes size, TierId to) {
  const EntryId id = entries_.take();
  Entry& entry = entries_[id];
  entry.key = key;
  entry.size = size;
  entry.state = State::storing;
  entry.tier = to;
  table_.insert(key, id);
  return id;
}

void Index::withdraw_and_leave(EntryId id) {
  Entry& entry = entries_[id];
  policy_->withdraw(entries_, id);
  entry.state = State::leaving;
  accounts_[entry.tier].usage.leaving += footprint(entry.tier, entry.size);
}

// A pinned block is no candidate, so there is nothing to withdraw.
void Index::leave_with_pin(Pin& pin) {
  Entry& entry = entries_[pin.entry];
  check(entry.pins == 1 && entry.state == State::resident, "its only reader makes a block leave");
  TierUsage& usage = accounts_[entry.tier].usage;
  entry.pins = 0;
  entry.state = State::leaving;
  usage.pinned -= footprint(entry.tier, entry.size);
  usage.leaving += footprint(entry.tier, entry.size);
  pin.entry = kNoEntry;
}

// Books the bytes at the target, and takes a place there if that can be done at once.
Mark Index::mark(EntryId id, Mark::Kind kind, TierId to) {
  const Entry& entry = entries_[id];
  Mark::Data move{.key = entry.key,
                  .size = entry.size,
                  .source = entry.placement(),
                  .target = {},
                  .entry = id,
                  .kind = kind,
                  .from = entry.tier,
                  .to = to};
  if (kind != Mark::Kind::deletion) {
    Accounts& accounts = accounts_[to];
    accounts.usage.reserved += footprint(to, entry.size);
    // Those who wait for the place that a block leaves have a right to it before newcomers.
    if (accounts.unplaced > 0 || !reserve(move)) ++accounts.unplaced;
  }
  return {*this, move};
}

bool Index::reserve(Mark::Data& move) {
  const std::optional<tier::Placement> place = rooms_[move.to]->reserve(move.key, move.size);
  if (place) move.target = *place;
  move.placed = place.has_value();
  return move.placed;
}

std::size_t Index::place(std::span<Mark> marks) {
  const MutexLock lock(mutex_);
  std::size_t without = 0;
  for (Mark& mark : marks) {
    if (mark.is_placed()) continue;
    if (reserve(mark.data_)) {
      --accounts_[mark.to()].unplaced;
    } else {
      ++without;
    }
  }
  return without;
}

bool Index::plan_more_room(const Mark& mark, Bytes bytes, Plan& plan) {
  const MutexLock lock(mutex_);
  Bytes freed;
  while (freed < bytes) {
    const EntryId victim = policy_->victim(entries_, mark.to());
    if (victim == kNoEntry) break;
    freed += footprint(mark.to(), entries_[victim].size);
    Cascade cascade{.depth = 0, .may_leave = may_leave_for(mark.to())};
    push_out(victim, cascade, plan);
  }
  return freed > Bytes(0);
}

}  // namespace spillway::cache
