// SPDX-License-Identifier: Apache-2.0
#include "cache/mover.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "async/group.h"
#include "async/stop.h"
#include "cache/batch.h"
#include "core/error.h"

namespace spillway::cache {
namespace {

using Result = Mark::Result;

bool someone_leaves(const Plan& plan) {
  return !plan.deletions.empty() ||
         std::ranges::any_of(plan.demotions,
                             [](const std::vector<Mark>& marks) { return !marks.empty(); });
}

// Moves those that have no place yet out of the others.
std::vector<Mark> take_unplaced(std::vector<Mark>& marks) {
  std::vector<Mark> unplaced;
  if (std::ranges::all_of(marks, &Mark::is_placed)) return unplaced;
  std::vector<Mark> placed;
  for (Mark& mark : marks) (mark.is_placed() ? placed : unplaced).push_back(std::move(mark));
  marks = std::move(placed);
  return unplaced;
}

// The marks for which `end` names this tier, among those that have no result yet.
std::vector<Mark*> open_marks(std::span<Mark> marks, TierId tier, TierId (Mark::*end)() const) {
  std::vector<Mark*> chosen;
  for (Mark& mark : marks) {
    if (mark.result() == Result::undone && (mark.*end)() == tier) chosen.push_back(&mark);
  }
  return chosen;
}

std::vector<kv::BlockKey> keys_of(std::span<Mark* const> marks) {
  std::vector<kv::BlockKey> keys;
  keys.reserve(marks.size());
  for (const Mark* mark : marks) keys.push_back(mark->key());
  return keys;
}

// A single one goes without the detour of a group.
async::Task<> side_by_side(async::Loop& loop, std::vector<async::Task<>> tasks) {
  if (tasks.size() == 1) {
    co_await tasks.front();
    co_return;
  }
  async::Stop never;
  co_await async::with_group(loop, never, [&](async::Group& group) -> async::Task<> {
    for (async::Task<>& task : tasks) group.spawn(std::move(task));
    co_return;
  });
}

}  // namespace

Mover::Mover(Index& index, const PerTier<tier::Store*>& stores, const kv::BlockContent* content,
             async::Loop& loop, const CacheOptions& options)
    : index_(index),
      stores_(stores),
      content_(content),
      loop_(loop),
      verify_(options.verify),
      moves_(options.moves) {}

async::Task<> Mover::carry_out(Plan& plan, Cause cause) {
  for (const TierId tier : kAllTiers) counters_.tiers[tier].bypasses += plan.bypasses[tier];
  std::vector<Mark> late = take_unplaced(plan.arrivals);
  log_demotions(plan, cause);
  log_arrivals(plan.arrivals, cause);
  if (plan.arrivals.empty() || !someone_leaves(plan)) {
    co_await arrive_all(plan.arrivals, cause);
    co_await make_way(plan, cause);
  } else {
    async::Stop never;
    co_await async::with_group(loop_, never, [&](async::Group& group) -> async::Task<> {
      group.spawn(arrive_all(plan.arrivals, cause));
      co_await make_way(plan, cause);
    });
  }
  if (late.empty()) co_return;
  co_await find_places(late, cause);
  log_arrivals(late, cause);
  co_await arrive_all(late, cause);
  std::ranges::move(late, std::back_inserter(plan.arrivals));
}

async::Task<> Mover::make_way(Plan& plan, Cause cause) {
  co_await delete_all(plan.deletions, cause);
  for (std::size_t i = kTiers; i-- > 0;) {
    std::vector<Mark>& marks = plan.demotions.at(i);
    if (marks.empty()) continue;
    co_await find_places(marks, cause);
    co_await demote_all(marks, cause);
  }
}

async::Task<> Mover::delete_all(std::span<Mark> marks, Cause cause) {
  if (marks.empty()) co_return;
  for (const TierId tier : kAllTiers) {
    const std::vector<Mark*> here = open_marks(marks, tier, &Mark::from);
    if (here.empty()) continue;
    const std::vector<kv::BlockKey> keys = keys_of(here);
    co_await erase(tier, keys);
    for (Mark* mark : here) {
      mark->set_result(Result::done);
      count_eviction(*mark);
      log(*mark, tier, Move::Kind::removal, cause);
    }
  }
  index_.settle(marks);
}

async::Task<> Mover::remove(Mark mark, Cause cause) { co_await delete_all({&mark, 1}, cause); }

async::Task<> Mover::erase(TierId tier, std::span<const kv::BlockKey> keys) {
  if (!keys.empty()) co_await stores_[tier]->erase(keys);
}

// The accounts say that there is room; whether it is in one piece shows when those who leave have
// left. If it is not, twice as much leaves each time, until it is or nobody is left to leave.
async::Task<> Mover::find_places(std::span<Mark> marks, Cause cause) {
  for (std::uint64_t times = 1; index_.place(marks) > 0; times *= 2) {
    const auto without = std::ranges::find(marks, false, &Mark::is_placed);
    Plan more;
    if (!index_.plan_more_room(*without, without->size() * times, more)) break;
    log_demotions(more, cause);
    co_await make_way(more, cause);
  }
  for (Mark& mark : marks) {
    if (!mark.is_placed()) give_up(mark);
  }
}

// Everything there is in use or on its way, and rooms are not waited for.
void Mover::give_up(Mark& mark) {
  ++counters_.tiers[mark.to()].bypasses;
  mark.set_result(Result::failed);
}

// All of them go to the same tier. What found no place there is only dropped where it was.
async::Task<> Mover::demote_all(std::span<Mark> marks, Cause cause) {
  const Time decided = loop_.now();
  for (const TierId from : kAllTiers) {
    std::vector<Mark*> here = open_marks(marks, from, &Mark::from);
    if (!here.empty()) co_await demote(here);
  }
  for (const TierId from : kAllTiers) {
    std::vector<kv::BlockKey> gone;
    for (const Mark& mark : marks) {
      if (mark.from() == from) gone.push_back(mark.key());
    }
    co_await erase(from, gone);
  }
  for (const Mark& mark : marks) {
    log(mark, mark.from(), Move::Kind::removal, cause);
    if (mark.result() == Result::done) {
      count_demotion(mark, loop_.now() - decided);
    } else {
      count_eviction(mark);
      log(mark, mark.to(), Move::Kind::removal, cause);
    }
  }
  index_.settle(marks);
}

// A read of the upper tier and a write to the lower one. Bytes that lie in memory are written from
// there; others, which only a modelled tier has, are made anew.
async::Task<> Mover::demote(std::span<Mark*> marks) {
  const TierId from = marks.front()->from();
  tier::Store& upper = *stores_[from];
  ReadBatch reads(upper, content_, verify_, marks.size());
  for (const Mark* mark : marks) reads.add(mark->key(), mark->source(), mark->size(), false);
  co_await upper.read(reads.moves());
  reads.judge_and_count(counters_.tiers[from], counters_);

  std::vector<Mark*> readable;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (reads.moves()[i].error) {
      marks[i]->set_result(Result::failed);
    } else {
      readable.push_back(marks[i]);
    }
  }
  if (!readable.empty()) co_await write(readable, &upper);
}

// Writes blocks to the one tier that they all go to, out of the memory of `from` if it has any.
async::Task<> Mover::write(std::span<Mark*> marks, tier::Store* from) {
  const TierId to = marks.front()->to();
  WriteBatch writes(content_, marks.size());
  for (const Mark* mark : marks) {
    const bool in_memory = content_ != nullptr && from != nullptr;
    writes.add(mark->key(), mark->target(), mark->size(),
               in_memory ? from->memory(mark->source(), mark->size()) : std::span<std::byte>{});
  }
  co_await stores_[to]->write(writes.moves());
  writes.count(counters_.tiers[to]);

  std::vector<kv::BlockKey> torn;  // a file that was begun, say
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const bool failed = writes.moves()[i].error.has_value();
    marks[i]->set_result(failed ? Result::failed : Result::done);
    if (failed) torn.push_back(marks[i]->key());
  }
  co_await erase(to, torn);
}

async::Task<> Mover::arrive_all(std::span<Mark> marks, Cause cause) {
  if (marks.empty()) co_return;
  PerTier<std::vector<Mark*>> by_tier;
  std::vector<async::Task<>> tasks;
  for (const TierId tier : kAllTiers) {
    by_tier[tier] = open_marks(marks, tier, &Mark::to);
    if (!by_tier[tier].empty()) tasks.push_back(arrive(by_tier[tier], cause));
  }
  co_await side_by_side(loop_, std::move(tasks));
  index_.settle(marks);
}

async::Task<> Mover::arrive(std::span<Mark*> marks, Cause cause) {
  co_await write(marks, nullptr);
  PerTier<std::vector<kv::BlockKey>> moved_up;
  for (const Mark* mark : marks) {
    if (mark->result() != Result::done) {
      log(*mark, mark->to(), Move::Kind::removal, cause);
      continue;
    }
    count_arrival(*mark);
    if (mark->kind() != Mark::Kind::promotion) continue;
    moved_up[mark->from()].push_back(mark->key());
    log(*mark, mark->from(), Move::Kind::removal, cause);
  }
  for (const TierId tier : kAllTiers) co_await erase(tier, moved_up[tier]);
}

async::Task<> Mover::read(std::span<const Pin> pins, std::span<std::uint8_t> arrived, Cause cause) {
  log_reads(pins, cause);
  PerTier<std::size_t> counts{};
  for (const Pin& pin : pins) ++counts[pin.tier];
  std::vector<async::Task<>> tasks;
  for (const TierId tier : kAllTiers) {
    if (counts[tier] > 0) tasks.push_back(read_tier(tier, counts[tier], pins, arrived));
  }
  co_await side_by_side(loop_, std::move(tasks));
}

async::Task<> Mover::read_tier(TierId tier, std::size_t count, std::span<const Pin> pins,
                               std::span<std::uint8_t> arrived) {
  ReadBatch reads(*stores_[tier], content_, verify_, count);
  for (const Pin& pin : pins) {
    if (pin.tier == tier) reads.add(pin.key, pin.placement, pin.size, true);
  }
  co_await stores_[tier]->read(reads.moves());
  reads.judge_and_count(counters_.tiers[tier], counters_);
  const tier::BlockMove* move = reads.moves().data();
  for (std::size_t i = 0; i < pins.size(); ++i) {
    if (pins[i].tier == tier) arrived[i] = (move++)->error ? 0 : 1;
  }
}

void Mover::log(const Mark& mark, TierId tier, Move::Kind kind, Cause cause) const {
  if (moves_ == nullptr) return;
  Move::Purpose purpose = Move::Purpose::room;
  if (mark.kind() == Mark::Kind::store) purpose = Move::Purpose::store;
  if (mark.kind() == Mark::Kind::promotion) purpose = Move::Purpose::use;
  moves_->add({.decided = loop_.now(),
               .key = mark.key(),
               .size = mark.size(),
               .tier = tier,
               .kind = kind,
               .purpose = purpose,
               .cause = cause});
}

void Mover::log_demotions(const Plan& plan, Cause cause) const {
  for (std::size_t i = kTiers; i-- > 0;) {
    for (const Mark& mark : plan.demotions.at(i)) {
      log(mark, mark.from(), Move::Kind::read, cause);
      log(mark, mark.to(), Move::Kind::write, cause);
    }
  }
}

// Those that found no place are given up already.
void Mover::log_arrivals(std::span<const Mark> marks, Cause cause) const {
  for (const Mark& mark : marks) {
    if (mark.result() == Result::undone) log(mark, mark.to(), Move::Kind::write, cause);
  }
}

void Mover::log_reads(std::span<const Pin> pins, Cause cause) const {
  if (moves_ == nullptr) return;
  for (const Pin& pin : pins) {
    moves_->add({.decided = loop_.now(),
                 .key = pin.key,
                 .size = pin.size,
                 .tier = pin.tier,
                 .kind = Move::Kind::read,
                 .purpose = Move::Purpose::use,
                 .cause = cause});
  }
}

void Mover::count_eviction(const Mark& mark) {
  TierCounters& tier = counters_.tiers[mark.from()];
  ++tier.evictions;
  tier.evicted_bytes += mark.size().count();
}

void Mover::count_demotion(const Mark& mark, Duration length) {
  TierCounters& upper = counters_.tiers[mark.from()];
  TierCounters& lower = counters_.tiers[mark.to()];
  ++upper.demotions;
  upper.demoted_bytes += mark.size().count();
  upper.demotion.add(length.count());
  ++lower.demotions_in;
  lower.demoted_in_bytes += mark.size().count();
}

void Mover::count_arrival(const Mark& mark) {
  TierCounters& tier = counters_.tiers[mark.to()];
  if (mark.kind() == Mark::Kind::store) {
    ++tier.stores;
    tier.stored_bytes += mark.size().count();
  } else {
    ++tier.promotions;
    tier.promoted_bytes += mark.size().count();
  }
}

}  // namespace spillway::cache
