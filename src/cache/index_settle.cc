// What came of moves takes effect in the index, and those who waited for it go on.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cache/index.h"
#include "core/error.h"

namespace spillway::cache {

void Index::settle(std::span<Mark> marks) {
  Woken woken;
  {
    const MutexLock lock(mutex_);
    for (Mark& mark : marks) {
      if (mark.index_ == nullptr) continue;
      settle_one(mark.data_, woken);
      mark.index_ = nullptr;
    }
  }
  woken.resume();
}

void Index::Woken::take_from(Entry& entry) {
  Waiter* const waiters = std::exchange(entry.waiters, nullptr);
  if (waiters == nullptr) return;
  (first == nullptr ? first : last->next) = waiters;
  for (last = waiters; last->next != nullptr;) last = last->next;
}

// A waiter is gone as soon as its frame goes on, maybe on another thread, maybe at once.
void Index::Woken::resume() const {
  for (Waiter* waiter = first; waiter != nullptr;) {
    const Waiter going = *waiter;
    going.loop->resume(going.frame);
    waiter = going.next;
  }
}

void Index::settle_one(const Mark::Data& move, Woken& woken) {
  using Kind = Mark::Kind;
  woken.take_from(entries_[move.entry]);
  const bool done = move.result == Mark::Result::done;
  const bool failed = move.result == Mark::Result::failed;
  const bool deleted = move.kind == Kind::deletion && done;
  const bool lost = move.kind == Kind::demotion && failed;
  const bool never_came = move.kind == Kind::store && !done;
  if (deleted || lost || never_came) {
    vanish(move);
  } else if (done) {
    arrive(move);
  } else {
    stay(move);
  }
}

void Index::arrive(const Mark::Data& move) {
  check(move.placed, "a block arrives at a place");
  if (move.kind != Mark::Kind::store) free_source(move);
  Entry& entry = entries_[move.entry];
  entry.tier = move.to;
  entry.set_placement(move.target);
  entry.state = State::resident;
  const Bytes bytes = footprint(move.to, move.size);
  TierUsage& usage = accounts_[move.to].usage;
  usage.reserved -= bytes;
  usage.used += bytes;
  usage.peak = std::max(usage.peak, usage.used);
  ++usage.blocks;
  if (move.kind == Mark::Kind::demotion) {
    policy_->add_demoted(entries_, move.entry, move.from);
  } else {
    policy_->add_arrived(entries_, move.entry);
  }
}

void Index::stay(const Mark::Data& move) {
  free_target(move);
  Entry& entry = entries_[move.entry];
  entry.state = State::resident;
  accounts_[move.from].usage.leaving -= footprint(move.from, move.size);
  if (move.kind == Mark::Kind::promotion) {
    policy_->add_used(entries_, move.entry);  // it was to move up because it was used
  } else {
    policy_->put_back(entries_, move.entry);
  }
}

void Index::vanish(const Mark::Data& move) {
  if (move.kind != Mark::Kind::store) free_source(move);
  free_target(move);
  table_.erase(move.key, move.entry);
  entries_.give_back(move.entry);
}

void Index::free_source(const Mark::Data& move) {
  const Bytes bytes = footprint(move.from, move.size);
  rooms_[move.from]->release(move.key, move.source, move.size);
  TierUsage& usage = accounts_[move.from].usage;
  usage.used -= bytes;
  usage.leaving -= bytes;
  --usage.blocks;
}

void Index::free_target(const Mark::Data& move) {
  if (move.kind == Mark::Kind::deletion) return;
  Accounts& accounts = accounts_[move.to];
  accounts.usage.reserved -= footprint(move.to, move.size);
  if (move.placed) {
    rooms_[move.to]->release(move.key, move.target, move.size);
  } else {
    --accounts.unplaced;
  }
}

}  // namespace spillway::cache
