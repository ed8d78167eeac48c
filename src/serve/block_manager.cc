// SPDX-License-Identifier: Apache-2.0
#include "serve/block_manager.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/error.h"

namespace spillway::serve {

BlockManager::BlockManager(async::Loop& loop, const ManagedTiers& tiers, AdmissionFilter& filter,
                           const BlockManagerOptions& options)
    : loop_(loop),
      tiers_(tiers),
      filter_(filter),
      options_(options),
      changed_(loop, "blocks to be offloaded") {
  check(tiers.host != nullptr && tiers.host_index != nullptr, "a block manager has a host tier");
  check((tiers.disk == nullptr) == (tiers.disk_index == nullptr), "a disk tier has both parts");
}

async::Task<FoundPrefix> BlockManager::find(std::span<const kv::BlockKey> keys, async::Stop& stop) {
  FoundPrefix found;
  bool advanced = true;
  while (advanced && found.blocks_ < keys.size() && !stop.requested()) {
    const bool in_host = co_await find_in(tiers_.host, keys.subspan(found.blocks_), found, stop);
    const std::span<const kv::BlockKey> rest = keys.subspan(found.blocks_);
    const bool on_disk = co_await find_in(tiers_.disk, missing_in_host(rest), found, stop);
    advanced = in_host || on_disk;
  }
  asked_[TierId::cpu] += keys.size();
  co_return found;
}

// The leading run that only the disk can have. Who finds a block in the host need not read the
// disk's copy.
std::span<const kv::BlockKey> BlockManager::missing_in_host(
    std::span<const kv::BlockKey> keys) const {
  if (tiers_.disk == nullptr) return {};
  const auto next = std::ranges::find_if(
      keys, [&](const kv::BlockKey& key) { return tiers_.host_index->where(key).has_value(); });
  return keys.first(static_cast<std::size_t>(next - keys.begin()));
}

// True when the tier had the next block.
async::Task<bool> BlockManager::find_in(cache::Cache* tier, std::span<const kv::BlockKey> keys,
                                        FoundPrefix& found, async::Stop& stop) {
  if (tier == nullptr || keys.empty()) co_return false;
  cache::Match match = co_await tier->match(keys, stop);
  const std::size_t blocks = match.blocks();
  if (blocks == 0) co_return false;
  found.blocks_ += blocks;
  found.runs_.push_back({.cache = tier, .match = std::move(match)});
  co_return true;
}

async::Task<Onboarded> BlockManager::load(FoundPrefix found, async::Stop& stop,
                                          std::uint64_t request) {
  const Time began = loop_.now();
  std::vector<std::size_t> wanted;
  wanted.reserve(found.runs_.size());
  for (const FoundPrefix::Run& run : found.runs_) wanted.push_back(run.match.blocks());
  std::vector<cache::LoadOutcome> outcomes(wanted.size());
  co_await async::with_group(loop_, stop, [&](async::Group& group) -> async::Task<> {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      group.spawn([](FoundPrefix::Run& run, cache::LoadOutcome& outcome, async::Stop& its_stop,
                     std::uint64_t its_request) -> async::Task<> {
        outcome = co_await run.cache->load(std::move(run.match), its_stop,
                                           cache::Cause{.request = its_request});
      }(found.runs_[i], outcomes[i], group.stop(), request));
    }
    co_return;
  });
  Onboarded got;
  bool whole = true;  // so far: what lies behind a block that failed is of no use
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    failed_ += outcomes[i].failed;
    if (!whole) continue;
    got.blocks += outcomes[i].blocks_hit;
    for (const TierId tier : kAllTiers) got.hits[tier] += outcomes[i].hits[tier];
    whole = outcomes[i].blocks_hit == wanted[i];
  }
  if (got.hits[TierId::storage] > 0) disk_fetch_.add((loop_.now() - began).count());
  moves_.onboard_h2d += got.hits[TierId::cpu];
  moves_.onboard_d2d += got.hits[TierId::storage];
  for (const TierId tier : kAllTiers) hit_[tier] += got.hits[tier];
  co_return got;
}

void BlockManager::offer(std::span<const kv::BlockKey> keys, bool asked, std::uint64_t request) {
  if (asked) filter_.count(keys);
  const std::size_t taken = std::min(keys.size(), options_.queued_blocks - queued_);
  dropped_ += keys.size() - taken;
  if (taken == 0) return;
  queued_ += taken;
  offers_.push_back({.keys = {keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(taken)},
                     .request = request});
  changed_.notify_all();
}

async::Task<> BlockManager::run(async::Stop& stop) {
  co_await async::with_group(loop_, stop, [&](async::Group& group) -> async::Task<> {
    for (std::size_t i = 0; i < options_.offloads; ++i) group.spawn(offload_all(group.stop()));
    co_return;
  });
  dropped_ += queued_;
  queued_ = 0;
  offers_.clear();
}

async::Task<> BlockManager::offload_all(async::Stop& stop) {
  while (!stop.requested()) {
    if (offers_.empty()) {
      co_await changed_.wait(stop);
      continue;
    }
    Offer offer = std::move(offers_.front());
    offers_.pop_front();
    queued_ -= offer.keys.size();
    ++working_;
    co_await offload(std::move(offer), stop);
    --working_;
    changed_.notify_all();
  }
}

// The host first: the disk's copy is no use to the requests that come next.
async::Task<> BlockManager::offload(Offer offer, async::Stop& stop) {
  co_await write_host(offer, stop);
  if (tiers_.disk != nullptr) co_await write_disk(offer, stop);
}

async::Task<> BlockManager::write_host(const Offer& offer, async::Stop& stop) {
  const cache::StoreOutcome host = co_await tiers_.host->store(
      offer.keys, options_.block_bytes, stop, cache::Cause{.request = offer.request});
  moves_.offload_d2h += host.stored_in[TierId::cpu];
  moves_.offload_d2d += host.stored_in[TierId::storage];
  dropped_ += host.not_stored + host.failed;
  tiers_.host->touch(offer.keys);
}

async::Task<> BlockManager::write_disk(const Offer& offer, async::Stop& stop) {
  std::vector<kv::BlockKey> admitted;
  std::ranges::copy_if(offer.keys, std::back_inserter(admitted),
                       [&](const kv::BlockKey& key) { return filter_.admits(key); });
  filtered_ += offer.keys.size() - admitted.size();
  const cache::StoreOutcome disk = co_await tiers_.disk->store(
      admitted, options_.block_bytes, stop, cache::Cause{.request = offer.request});
  moves_.offload_h2d += disk.stored_in[TierId::storage];
  dropped_ += disk.not_stored + disk.failed;
  tiers_.disk->touch(offer.keys);
}

async::Task<> BlockManager::drain(async::Stop& stop) {
  while ((!offers_.empty() || working_ > 0) && !stop.requested()) co_await changed_.wait(stop);
}

async::Task<> BlockManager::reset(async::Stop& stop) {
  co_await drain(stop);
  const std::vector<kv::BlockKey> in_host = tiers_.host_index->resident();
  co_await tiers_.host->drop(in_host, stop);
  if (tiers_.disk != nullptr) {
    const std::vector<kv::BlockKey> on_disk = tiers_.disk_index->resident();
    co_await tiers_.disk->drop(on_disk, stop);
  }
  filter_.forget();
}

void BlockManager::add_to(EngineFigures& figures) const {
  figures.moves = moves_;
  figures.blocks_hit[TierId::cpu] = hit_[TierId::cpu];
  figures.blocks_hit[TierId::storage] = hit_[TierId::storage];
  figures.blocks_asked[TierId::cpu] = asked_[TierId::cpu];
  const bool has_disk = tiers_.disk != nullptr || tiers_.host->has(TierId::storage);
  if (has_disk) figures.blocks_asked[TierId::storage] = asked_[TierId::cpu] - hit_[TierId::cpu];
  figures.filtered_blocks = filtered_;
  figures.dropped_blocks = dropped_;
  figures.failed_blocks = failed_;
  figures.disk_fetch = disk_fetch_;
  const auto add_tier = [&](const cache::Cache& cache, cache::Index& index, TierId tier) {
    const cache::TierCounters& counters = cache.counters().tiers[tier];
    figures.blocks_evicted[tier] = counters.evictions;
    figures.used_blocks[tier] = index.usage(tier).blocks;
    figures.capacity_blocks[tier] = cache.capacity(tier) / options_.block_bytes;
    if (tier != TierId::storage) return;
    figures.disk_bytes_read = counters.read.bytes;
    figures.disk_bytes_written = counters.write.bytes;
    figures.moves.offload_h2d += counters.demotions_in;
  };
  add_tier(*tiers_.host, *tiers_.host_index, TierId::cpu);
  if (tiers_.host->has(TierId::storage)) {
    add_tier(*tiers_.host, *tiers_.host_index, TierId::storage);
  }
  if (tiers_.disk != nullptr) add_tier(*tiers_.disk, *tiers_.disk_index, TierId::storage);
}

}  // namespace spillway::serve
