// What the cache costs for each block: a look-up that hits, an insert and the eviction it causes.
// Ends with status 1 when a goal is missed. Times are the thread's own CPU time (other programs'
// turns on a shared machine are not ours); wall-clock time stands beside them.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <memory>
#include <utility>
#include <vector>

#include "async/clock.h"
#include "async/loop.h"
#include "async/stop.h"
#include "cache/cache.h"
#include "cache/index.h"
#include "cache/waterfall.h"
#include "core/error.h"
#include "core/size_text.h"
#include "tier/counting_room.h"
#include "tier/null_store.h"

namespace spillway::cache {
namespace {

constexpr std::size_t kBatch = Index::kBatch;
constexpr int kRepetitions = 7;
constexpr Bytes kBlock = 2_MiB;
constexpr double kPauseGoalMs = 10;

std::int64_t cpu_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

std::int64_t wall_ns() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

// Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
std::uint64_t mixed(std::uint64_t n) {
  n = (n ^ (n >> 30U)) * 0xbf58476d1ce4e5b9;
  n = (n ^ (n >> 27U)) * 0x94d049bb133111eb;
  return n ^ (n >> 31U);
}

// The n-th block ever stored.
kv::BlockKey key_of(std::uint64_t n) { return {.high = mixed(n), .low = mixed(~n)}; }

// One storage tier of `blocks` blocks, full and in order after fill().
struct Tier {
  Tier(std::uint64_t blocks, std::size_t reserved) : resident(blocks), room(kBlock * blocks) {
    options.capacity[TierId::storage] = kBlock * blocks;
    options.reserve_blocks = reserved;
    options.verify = kv::Verify::off;
    PerTier<tier::Room*> rooms{};
    rooms[TierId::storage] = &room;
    index = std::make_unique<Index>(options, rooms, std::make_unique<WaterfallLru>(options));
  }

  std::span<const kv::BlockKey> new_keys() {
    for (kv::BlockKey& key : fresh) key = key_of(stored++);
    return fresh;
  }
  // Of the quarter that was stored last: resident for certain, whatever was used since.
  std::span<const kv::BlockKey> known_keys() {
    for (kv::BlockKey& key : known) {
      key = key_of(stored - 1 - mixed(++draws) % (resident / 4));
    }
    return known;
  }

  std::uint64_t resident;
  tier::CountingRoom room;
  CacheOptions options;
  std::unique_ptr<Index> index;
  std::uint64_t stored = 0;
  std::uint64_t draws = 0;
  std::array<kv::BlockKey, kBatch> fresh{}, known{};
};

// The steps that a cache takes around its stores' work, without stores and coroutines.
void insert(Index& index, std::span<const kv::BlockKey> keys) {
  Plan plan;
  index.plan_store(keys, kBlock, plan);
  for (Mark& mark : plan.deletions) mark.set_result(Mark::Result::done);
  index.settle(plan.deletions);
  index.place(plan.arrivals);
  for (Mark& mark : plan.arrivals) mark.set_result(Mark::Result::done);
  index.settle(plan.arrivals);
}

void look_up(Index& index, std::span<const kv::BlockKey> keys, std::vector<Pin>& pins) {
  pins.clear();
  check(index.match(keys, pins).matched == keys.size(), "what is looked up is there");
  index.unpin(pins);
}

struct Figures {
  std::vector<double> cpu, wall;               // ns a block, of each repetition
  double worst_cpu_ms = 0, worst_wall_ms = 0;  // of one batch of calls

  void note(std::int64_t cpu_taken, std::int64_t wall_taken) {
    worst_cpu_ms = std::max(worst_cpu_ms, static_cast<double>(cpu_taken) / 1e6);
    worst_wall_ms = std::max(worst_wall_ms, static_cast<double>(wall_taken) / 1e6);
  }
};

// Times `work`, one batch of blocks, over and over.
template <typename Prepare, typename Work>
void repeat(Figures& figures, std::uint64_t batches, Prepare prepare, Work work) {
  std::int64_t cpu = 0;
  std::int64_t wall = 0;
  for (std::uint64_t i = 0; i < batches; ++i) {
    prepare();
    const std::int64_t wall_before = wall_ns();
    const std::int64_t cpu_before = cpu_ns();
    work();
    const std::int64_t cpu_taken = cpu_ns() - cpu_before;
    const std::int64_t wall_taken = wall_ns() - wall_before;
    figures.note(cpu_taken, wall_taken);
    cpu += cpu_taken;
    wall += wall_taken;
  }
  const auto blocks = static_cast<double>(batches * kBatch);
  figures.cpu.push_back(static_cast<double>(cpu) / blocks);
  figures.wall.push_back(static_cast<double>(wall) / blocks);
}

void fill(Tier& tier, Figures& figures) {
  repeat(
      figures, (tier.resident + kBatch - 1) / kBatch, [&] { tier.new_keys(); },
      [&] { insert(*tier.index, tier.fresh); });
}

std::uint64_t batches_for(const Tier& tier) { return tier.resident > 100'000 ? 10'000 : 5'000; }

Figures index_alone(Tier& tier) {
  Figures figures;
  std::vector<Pin> pins;
  for (int i = 0; i < kRepetitions; ++i) {
    repeat(
        figures, batches_for(tier),
        [&] {
          tier.known_keys();
          tier.new_keys();
        },
        [&] {
          look_up(*tier.index, tier.known, pins);
          insert(*tier.index, tier.fresh);
        });
  }
  return figures;
}

async::Task<> through_cache(Tier& tier, Cache& cache, Figures& figures) {
  async::Stop stop;
  for (std::uint64_t i = 0; i < batches_for(tier); ++i) {
    tier.known_keys();
    tier.new_keys();
    const std::int64_t wall_before = wall_ns();
    const std::int64_t cpu_before = cpu_ns();
    Match match = co_await cache.match(tier.known, stop);
    const LoadOutcome loaded = co_await cache.load(std::move(match), stop);
    const StoreOutcome stored = co_await cache.store(tier.fresh, kBlock, stop);
    const std::int64_t cpu_taken = cpu_ns() - cpu_before;
    const std::int64_t wall_taken = wall_ns() - wall_before;
    check(loaded.blocks_hit == kBatch && stored.stored == kBatch, "every block hits, or is stored");
    figures.note(cpu_taken, wall_taken);
    figures.cpu.back() += static_cast<double>(cpu_taken);
    figures.wall.back() += static_cast<double>(wall_taken);
  }
  const auto blocks = static_cast<double>(batches_for(tier) * kBatch);
  figures.cpu.back() /= blocks;
  figures.wall.back() /= blocks;
}

Figures coroutine_path(Tier& tier) {
  async::VirtualClock clock;
  async::Loop loop(clock);
  tier::NullStore store;
  PerTier<tier::Store*> stores{};
  stores[TierId::storage] = &store;
  Cache cache(*tier.index, stores, nullptr, loop, tier.options);
  Figures figures;
  for (int i = 0; i < kRepetitions; ++i) {
    figures.cpu.push_back(0);
    figures.wall.push_back(0);
    loop.run(through_cache(tier, cache, figures));
  }
  return figures;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + kRepetitions / 2, values.end());
  return values.at(kRepetitions / 2);
}

bool report(const char* what, std::uint64_t blocks, const Figures& figures, double goal_us) {
  const double us = median(figures.cpu) / 1e3;
  const bool met = us <= goal_us && figures.worst_cpu_ms <= kPauseGoalMs;
  std::printf(
      "%-22s %11llu blocks  %6.3f us (wall %6.3f, goal %.1f)  worst %7.3f ms (wall %7.3f, goal "
      "%.0f)  %s\n",
      what, static_cast<unsigned long long>(blocks), us, median(figures.wall) / 1e3, goal_us,
      figures.worst_cpu_ms, figures.worst_wall_ms, kPauseGoalMs, met ? "met" : "MISSED");
  return met;
}

bool report_growth(const char* what, std::uint64_t blocks, const Figures& figures) {
  const bool met = figures.worst_cpu_ms <= kPauseGoalMs;
  std::printf(
      "%-22s %11llu blocks  %6.3f us (wall %6.3f)            worst %7.3f ms (wall %7.3f, goal "
      "%.0f)  %s\n",
      what, static_cast<unsigned long long>(blocks), figures.cpu.front() / 1e3,
      figures.wall.front() / 1e3, figures.worst_cpu_ms, figures.worst_wall_ms, kPauseGoalMs,
      met ? "met" : "MISSED");
  return met;
}

bool measure(std::uint64_t blocks, double index_goal_us, double coroutine_goal_us) {
  Tier tier(blocks, blocks);
  Figures filling;
  fill(tier, filling);
  bool met = report_growth("filling, reserved", blocks, filling);
  met = report("index and policy alone", blocks, index_alone(tier), index_goal_us) && met;
  return report("through coroutines", blocks, coroutine_path(tier), coroutine_goal_us) && met;
}

bool measure_growth(std::uint64_t blocks) {
  Tier tier(blocks, 0);
  Figures filling;
  fill(tier, filling);
  return report_growth("filling, not reserved", blocks, filling);
}

int run() {
  std::printf(
      "CPU time a block, batches of %zu; medians of %d repetitions; the worst pause is of one "
      "batch\n",
      kBatch, kRepetitions);
  bool met = measure(1'000, 0.4, 2);
  met = measure(10'000'000, 1.2, 2) && met;
  met = measure_growth(10'000'000) && met;
  return met ? 0 : 1;
}

}  // namespace
}  // namespace spillway::cache

int main() { return spillway::cache::run(); }
