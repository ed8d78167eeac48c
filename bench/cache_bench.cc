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
constexpr int kRepetitions = 5;
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

// Of each repetition: ns a block, and the longest batch of calls in ms.
struct Figures {
  std::vector<double> cpu, wall, cpu_pause, wall_pause;
};

class Stopwatch {
 public:
  void start() {
    wall_start_ = wall_ns();
    cpu_start_ = cpu_ns();
  }
  void stop() {
    const std::int64_t cpu = cpu_ns() - cpu_start_;
    const std::int64_t wall = wall_ns() - wall_start_;
    cpu_ += cpu;
    wall_ += wall;
    cpu_pause_ = std::max(cpu_pause_, cpu);
    wall_pause_ = std::max(wall_pause_, wall);
    ++batches_;
  }
  void add_to(Figures& figures) const {
    const auto blocks = static_cast<double>(batches_ * kBatch);
    figures.cpu.push_back(static_cast<double>(cpu_) / blocks);
    figures.wall.push_back(static_cast<double>(wall_) / blocks);
    figures.cpu_pause.push_back(static_cast<double>(cpu_pause_) / 1e6);
    figures.wall_pause.push_back(static_cast<double>(wall_pause_) / 1e6);
  }

 private:
  std::int64_t cpu_start_ = 0, wall_start_ = 0;
  std::int64_t cpu_ = 0, wall_ = 0, cpu_pause_ = 0, wall_pause_ = 0;
  std::uint64_t batches_ = 0;
};

void fill(Tier& tier, Figures& figures) {
  Stopwatch watch;
  while (tier.stored < tier.resident) {
    tier.new_keys();
    watch.start();
    insert(*tier.index, tier.fresh);
    watch.stop();
  }
  watch.add_to(figures);
}

std::uint64_t batches_for(const Tier& tier) { return tier.resident > 100'000 ? 10'000 : 5'000; }

void index_alone(Tier& tier, Figures& figures) {
  Stopwatch watch;
  std::vector<Pin> pins;
  for (std::uint64_t i = 0; i < batches_for(tier); ++i) {
    tier.known_keys();
    tier.new_keys();
    watch.start();
    look_up(*tier.index, tier.known, pins);
    insert(*tier.index, tier.fresh);
    watch.stop();
  }
  watch.add_to(figures);
}

async::Task<> through_cache(Tier& tier, Cache& cache, Figures& figures) {
  Stopwatch watch;
  async::Stop stop;
  for (std::uint64_t i = 0; i < batches_for(tier); ++i) {
    tier.known_keys();
    tier.new_keys();
    watch.start();
    Match match = co_await cache.match(tier.known, stop);
    const LoadOutcome loaded = co_await cache.load(std::move(match), stop);
    const StoreOutcome stored = co_await cache.store(tier.fresh, kBlock, stop);
    watch.stop();
    check(loaded.blocks_hit == kBatch && stored.stored == kBatch, "every block hits, or is stored");
  }
  watch.add_to(figures);
}

void coroutine_path(Tier& tier, Figures& figures) {
  async::VirtualClock clock;
  async::Loop loop(clock);
  tier::NullStore store;
  PerTier<tier::Store*> stores{};
  stores[TierId::storage] = &store;
  Cache cache(*tier.index, stores, nullptr, loop, tier.options);
  loop.run(through_cache(tier, cache, figures));
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + kRepetitions / 2);
  return values.at(kRepetitions / 2);
}

// A pause that the code makes shows in every repetition, one that a busy host makes does not: the
// median of the repetitions' longest batches is judged, and the longest of all printed beside it.
bool report(const char* what, std::uint64_t blocks, const Figures& figures, double goal_us) {
  const double us = median(figures.cpu) / 1e3;
  const double pause = median(figures.cpu_pause);
  const bool met = us <= goal_us && pause <= kPauseGoalMs;
  std::printf(
      "%-22s %8llu blocks  %6.3f us (goal %.1f, wall %6.3f)  longest batch %6.3f ms (goal %.0f, "
      "of all %6.3f, wall %7.3f)  %s\n",
      what, static_cast<unsigned long long>(blocks), us, goal_us, median(figures.wall) / 1e3, pause,
      kPauseGoalMs, *std::ranges::max_element(figures.cpu_pause),
      *std::ranges::max_element(figures.wall_pause), met ? "met" : "MISSED");
  return met;
}

bool measure(std::uint64_t blocks, double index_goal_us, double coroutine_goal_us) {
  Figures index;
  Figures coroutines;
  Tier tier(blocks, blocks);
  Figures filling;
  fill(tier, filling);
  for (int i = 0; i < kRepetitions; ++i) {
    index_alone(tier, index);
    coroutine_path(tier, coroutines);
  }
  const bool met = report("index and policy alone", blocks, index, index_goal_us);
  return report("through coroutines", blocks, coroutines, coroutine_goal_us) && met;
}

// Growing from nothing, and into memory that was reserved; each insert is held to the same goal.
bool measure_filling(const char* what, std::uint64_t blocks, std::size_t reserved, double goal_us) {
  Figures filling;
  for (int i = 0; i < kRepetitions; ++i) {
    Tier tier(blocks, reserved);
    fill(tier, filling);
  }
  return report(what, blocks, filling, goal_us);
}

int run() {
  std::printf("CPU time a block, batches of %zu, medians of %d repetitions\n", kBatch,
              kRepetitions);
  bool met = measure(1'000, 0.4, 2);
  met = measure(10'000'000, 1.2, 2) && met;
  met = measure_filling("filling, reserved", 10'000'000, 10'000'000, 1.2) && met;
  met = measure_filling("filling, not reserved", 10'000'000, 0, 1.2) && met;
  return met ? 0 : 1;
}

}  // namespace
}  // namespace spillway::cache

int main() { return spillway::cache::run(); }
