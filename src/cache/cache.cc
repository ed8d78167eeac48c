// SPDX-License-Identifier: Apache-2.0
#include "cache/cache.h"

#include <algorithm>
#include <optional>

#include "async/group.h"
#include "core/error.h"

namespace spillway::cache {
namespace {

// The next window of a run of `count` things, of which `next` are taken.
std::pair<std::size_t, std::size_t> take_window(std::size_t& next, std::size_t count,
                                                std::size_t window) {
  const std::size_t first = next;
  next = std::min(count, first + window);
  return {first, next - first};
}

}  // namespace

// Several lanes take windows of the same run in turn, so that the stores always have work: when one
// lane waits for the last block of its window, the other's are on their way.
struct Cache::Loading {
  std::span<const Pin> pins;
  Cause cause;
  std::vector<std::uint8_t> arrived;
  std::size_t next = 0;
  bool broken = false;  // a block failed: nothing behind it is usable
};

struct Cache::Storing {
  std::span<const kv::BlockKey> keys;
  Bytes block_size;
  Cause cause;
  std::size_t next = 0;
  StoreOutcome outcome;
};

Cache::Cache(Index& index, const PerTier<tier::Store*>& stores, const kv::BlockContent* content,
             async::Loop& loop, const CacheOptions& options)
    : index_(index),
      loop_(loop),
      options_(options),
      window_(std::clamp<std::size_t>(options.blocks_in_flight / 2, 1, Index::kBatch)),
      lanes_(std::max<std::size_t>(options.blocks_in_flight / window_, 1)),
      mover_(index, stores, content, loop, options) {
  check(options.blocks_in_flight > 0, "a cache moves at least one block at a time");
  for (const TierId tier : kAllTiers) {
    check((options.capacity[tier] > Bytes(0)) == (stores[tier] != nullptr),
          "a tier that is on has a store, one that is off has none");
  }
}

async::Task<Match> Cache::match(std::span<const kv::BlockKey> keys, async::Stop& stop) {
  Match match(index_);
  while (!keys.empty() && !stop.requested()) {
    const std::span<const kv::BlockKey> batch = keys.first(std::min(keys.size(), Index::kBatch));
    const Index::MatchStep step = index_.match(batch, match.pins());
    keys = keys.subspan(step.matched);
    if (step.end == Index::End::absent) break;
    if (step.end == Index::End::unsettled) co_await wait_for(keys.first(1));
  }
  co_return match;
}

async::Task<> Cache::wait_for(std::span<const kv::BlockKey> keys) {
  for (const kv::BlockKey& key : keys) {
    ++mover_.counters().waits;
    co_await index_.settled(key, loop_);
  }
}

template <typename Work>
async::Task<> Cache::in_lanes(Work& work, async::Task<> (Cache::*lane)(Work&, async::Stop&),
                              std::size_t blocks, async::Stop& stop) {
  if (blocks <= window_ || lanes_ == 1) {
    co_await (this->*lane)(work, stop);
    co_return;
  }
  co_await async::with_group(loop_, stop, [&](async::Group& group) -> async::Task<> {
    for (std::size_t i = 0; i < lanes_; ++i) group.spawn((this->*lane)(work, group.stop()));
    co_return;
  });
}

async::Task<LoadOutcome> Cache::load(Match match, async::Stop& stop, Cause cause) {
  const std::span<Pin> pins = match.pins();
  Loading loading{.pins = pins, .cause = cause, .arrived = std::vector<std::uint8_t>(pins.size())};
  co_await in_lanes(loading, &Cache::load_lane, pins.size(), stop);

  LoadOutcome outcome;
  outcome.stopped = !loading.broken && loading.next < pins.size();
  while (outcome.blocks_hit < loading.next && loading.arrived[outcome.blocks_hit] != 0) {
    const Pin& pin = pins[outcome.blocks_hit++];
    ++outcome.hits[pin.tier];
    outcome.bytes_read[pin.tier] += pin.size.count();
  }
  for (std::size_t i = 0; i < loading.next; ++i) {
    if (loading.arrived[i] != 0) continue;
    ++outcome.failed;
    std::optional<Mark> mark = index_.discard(pins[i]);
    if (mark) co_await mover_.remove(std::move(*mark), cause);
  }
  if (options_.promote) co_await promote(pins.first(outcome.blocks_hit), cause, stop);
  match.release();
  co_return outcome;
}

async::Task<> Cache::load_lane(Loading& loading, async::Stop& stop) {
  while (loading.next < loading.pins.size() && !loading.broken && !stop.requested()) {
    const auto [first, count] = take_window(loading.next, loading.pins.size(), window_);
    const auto arrived = std::span(loading.arrived).subspan(first, count);
    co_await mover_.read(loading.pins.subspan(first, count), arrived, loading.cause);
    if (std::ranges::count(arrived, 0) > 0) loading.broken = true;
  }
}

async::Task<> Cache::promote(std::span<Pin> pins, Cause cause, async::Stop& stop) {
  while (!pins.empty() && !stop.requested()) {
    const std::span<Pin> batch = pins.first(std::min(pins.size(), window_));
    pins = pins.subspan(batch.size());
    Plan plan;
    index_.plan_promotions(batch, plan);
    co_await mover_.carry_out(plan, cause);
  }
}

async::Task<StoreOutcome> Cache::store(std::span<const kv::BlockKey> keys, Bytes block_size,
                                       async::Stop& stop, Cause cause) {
  Storing storing{.keys = keys, .block_size = block_size, .cause = cause, .outcome = {}};
  co_await in_lanes(storing, &Cache::store_lane, keys.size(), stop);
  StoreOutcome& outcome = storing.outcome;
  outcome.stopped = outcome.stopped || storing.next < keys.size();
  mover_.counters().not_stored += outcome.not_stored + outcome.failed;
  co_return outcome;
}

async::Task<> Cache::store_lane(Storing& storing, async::Stop& stop) {
  while (storing.next < storing.keys.size() && !stop.requested()) {
    const auto [first, count] = take_window(storing.next, storing.keys.size(), window_);
    co_await store_window(storing, storing.keys.subspan(first, count), stop);
  }
}

// What others have on the way is looked at again once it is settled; until then this window holds
// no marks, so nobody waits in a circle.
async::Task<> Cache::store_window(Storing& storing, std::span<const kv::BlockKey> keys,
                                  async::Stop& stop) {
  std::vector<kv::BlockKey> unsettled;
  while (true) {
    Plan plan;
    index_.plan_store(keys, storing.block_size, plan);
    co_await mover_.carry_out(plan, storing.cause);
    storing.outcome.add(plan);
    if (plan.unsettled.empty()) co_return;
    if (stop.requested()) break;
    co_await wait_for(plan.unsettled);
    unsettled = std::move(plan.unsettled);
    keys = unsettled;
  }
  storing.outcome.stopped = true;
}

async::Task<std::size_t> Cache::drop(std::span<const kv::BlockKey> keys, async::Stop& stop) {
  std::size_t dropped = 0;
  while (!keys.empty() && !stop.requested()) {
    const std::span<const kv::BlockKey> window = keys.first(std::min(keys.size(), window_));
    keys = keys.subspan(window.size());
    const std::size_t now = co_await drop_window(window, stop);
    dropped += now;
  }
  co_return dropped;
}

async::Task<std::size_t> Cache::drop_window(std::span<const kv::BlockKey> keys, async::Stop& stop) {
  std::vector<kv::BlockKey> unsettled;
  std::size_t dropped = 0;
  while (true) {
    Plan plan;
    index_.plan_drop(keys, plan);
    dropped += plan.deletions.size();
    co_await mover_.carry_out(plan, Cause{});  // no request asked for it
    if (plan.unsettled.empty() || stop.requested()) co_return dropped;
    for (const kv::BlockKey& key : plan.unsettled) {
      ++mover_.counters().waits;
      co_await index_.unread(key, loop_);
    }
    unsettled = std::move(plan.unsettled);
    keys = unsettled;
  }
}

void Cache::touch(std::span<const kv::BlockKey> keys) { index_.touch(keys); }

void StoreOutcome::add(const Plan& plan) {
  present += plan.present;
  not_stored += plan.refused;
  for (const Mark& mark : plan.arrivals) {
    if (mark.result() == Mark::Result::done) {
      ++stored;
      ++stored_in[mark.to()];
    } else {
      ++(mark.is_placed() ? failed : not_stored);
    }
  }
}

}  // namespace spillway::cache
