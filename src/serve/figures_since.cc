// SPDX-License-Identifier: Apache-2.0
#include "serve/figures_since.h"

#include <array>
#include <map>

namespace spillway::serve {
namespace {

constexpr auto kCounters = std::to_array<std::uint64_t EngineFigures::*>(
    {&EngineFigures::requests_received, &EngineFigures::requests_completed,
     &EngineFigures::requests_refused, &EngineFigures::requests_cancelled,
     &EngineFigures::preemptions, &EngineFigures::prompt_tokens, &EngineFigures::generated_tokens,
     &EngineFigures::prefilled_tokens, &EngineFigures::filtered_blocks,
     &EngineFigures::dropped_blocks, &EngineFigures::failed_blocks, &EngineFigures::disk_bytes_read,
     &EngineFigures::disk_bytes_written});

constexpr auto kPerTier = std::to_array<PerTier<std::uint64_t> EngineFigures::*>(
    {&EngineFigures::hit_tokens, &EngineFigures::blocks_asked, &EngineFigures::blocks_hit,
     &EngineFigures::blocks_evicted});

constexpr auto kMoves = std::to_array<std::uint64_t BlockMoves::*>(
    {&BlockMoves::offload_d2h, &BlockMoves::offload_h2d, &BlockMoves::offload_d2d,
     &BlockMoves::onboard_h2d, &BlockMoves::onboard_d2d});

constexpr auto kTimes = std::to_array<stats::Histogram EngineFigures::*>(
    {&EngineFigures::first_token, &EngineFigures::inter_token, &EngineFigures::request,
     &EngineFigures::queue, &EngineFigures::disk_fetch});

stats::Histogram difference(const stats::Histogram& earlier, const stats::Histogram& now) {
  if (now.count() == earlier.count()) return {};
  std::map<std::int64_t, std::uint64_t> before;
  earlier.for_each_bucket([&](std::int64_t lowest, std::int64_t, std::uint64_t count) {
    before.emplace(lowest, count);
  });
  auto rest = stats::Histogram::restored(now.sum() - earlier.sum(), now.min(), now.max());
  now.for_each_bucket([&](std::int64_t lowest, std::int64_t, std::uint64_t count) {
    const auto found = before.find(lowest);
    const std::uint64_t left = count - (found == before.end() ? 0 : found->second);
    if (left > 0) rest.restore_bucket(lowest, left);
  });
  return rest;
}

}  // namespace

EngineFigures figures_since(const EngineFigures& earlier, EngineFigures now) {
  for (const auto counter : kCounters) now.*counter -= earlier.*counter;
  for (const auto move : kMoves) now.moves.*move -= earlier.moves.*move;
  for (const auto counters : kPerTier) {
    for (const TierId tier : kAllTiers) (now.*counters)[tier] -= (earlier.*counters)[tier];
  }
  for (const auto times : kTimes) now.*times = difference(earlier.*times, now.*times);
  return now;
}

AdapterCounters figures_since(const AdapterCounters& earlier, AdapterCounters now) {
  now.hits -= earlier.hits;
  now.misses -= earlier.misses;
  now.failed -= earlier.failed;
  now.evictions -= earlier.evictions;
  now.read -= earlier.read;
  now.load_ns = difference(earlier.load_ns, now.load_ns);
  return now;
}

}  // namespace spillway::serve
