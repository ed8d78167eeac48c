// SPDX-License-Identifier: Apache-2.0
#include "scenario/tiers.h"

#include <fmt/core.h>

#include <chrono>
#include <span>
#include <string_view>
#include <utility>

#include "async/clock.h"
#include "core/error.h"
#include "core/size_text.h"
#include "io/faulty_engine.h"
#include "io/file.h"
#include "io/thread_engine.h"
#include "io/uring_engine.h"
#include "telemetry/machine.h"
#include "tier/counting_room.h"
#include "tier/slab_room.h"

namespace spillway::scenario {
namespace {

constexpr std::chrono::milliseconds kRemovalAtMost(300);
constexpr double kMemoryShare = 0.85;  // of the available memory, at most, for the cpu tier

// A tier that takes too much leaves the machine to the out-of-memory killer.
void check_memory(Bytes wanted, std::string_view flag) {
  const std::optional<std::uint64_t> available = telemetry::machine().memory_available_bytes;
  if (!available) return;
  const Bytes most(static_cast<std::uint64_t>(static_cast<double>(*available) * kMemoryShare));
  if (wanted <= most) return;
  throw Error(
      fmt::format("{}: {} is more than 85 % of the available memory ({}); give at most {}, or "
                  "simulate it with --clock virtual",
                  flag, size_text(wanted), size_text(Bytes(*available)), size_text(most)));
}

}  // namespace

std::unique_ptr<io::Engine> make_engine(const TierConfig& config) {
  std::unique_ptr<io::Engine> engine = config.engine == IoEngine::threads
                                           ? io::make_thread_engine({.depth = config.io_depth})
                                           : io::make_uring_engine({.depth = config.io_depth});
  if (!config.storage_faults) return engine;
  return std::make_unique<io::FaultyEngine>(std::move(engine), config.storage_faults);
}

SharedTiers::SharedTiers(const TierConfig& config, Bytes block) {
  make_gpu(config);
  make_cpu(config, block);
  make_storage(config, block);
}

void SharedTiers::make_gpu(const TierConfig& config) {
  capacities_[TierId::gpu] = config.gpu.capacity;
  if (config.gpu.capacity == Bytes(0)) return;
  rooms_[TierId::gpu] = std::make_unique<tier::CountingRoom>(config.gpu.capacity);
  devices_[TierId::gpu] = std::make_unique<tier::ModelledDevice>(config.gpu.model);
}

void SharedTiers::make_cpu(const TierConfig& config, Bytes block) {
  capacities_[TierId::cpu] = config.cpu.capacity;
  if (config.cpu.capacity == Bytes(0)) return;
  if (config.virtual_time) {
    rooms_[TierId::cpu] = std::make_unique<tier::CountingRoom>(config.cpu.capacity);
    devices_[TierId::cpu] = std::make_unique<tier::ModelledDevice>(config.cpu.model);
    return;
  }
  if (config.cpu.capacity == kUnlimited) {
    throw Error(fmt::format("{} unlimited: real memory ends; give a size, or use --clock virtual",
                            config.flags.cpu));
  }
  check_memory(config.cpu.capacity, config.flags.cpu);
  arena_ = std::make_unique<tier::RamArena>(config.cpu.capacity);
  rooms_[TierId::cpu] = std::make_unique<tier::SlabRoom>(config.cpu.capacity, std::span(&block, 1));
}

void SharedTiers::make_storage(const TierConfig& config, Bytes block) {
  if (!config.with_storage) return;
  if (config.layout != Layout::modelled) {
    make_files(config, block);
    return;
  }
  const Bytes asked = config.storage.capacity;
  if (asked == Bytes(0) && !config.virtual_time) {
    throw Error(
        fmt::format("{}: a modelled device has no free space to take 95 % of; "
                    "give a size or unlimited",
                    config.flags.storage));
  }
  capacities_[TierId::storage] = asked == Bytes(0) ? kUnlimited : asked;
  rooms_[TierId::storage] = std::make_unique<tier::CountingRoom>(capacities_[TierId::storage]);
  devices_[TierId::storage] = std::make_unique<tier::ModelledDevice>(config.storage.model);
}

void SharedTiers::make_files(const TierConfig& config, Bytes block) {
  place_.emplace(config.cache_dir);
  const std::string& path = place_->parent();
  file_system_ = tier::file_system_facts(path);
  Bytes capacity = config.storage.capacity;
  if (capacity == Bytes(0)) capacity = tier::default_capacity(*file_system_);
  if (capacity != kUnlimited && capacity > file_system_->free) {
    throw Error(fmt::format("{}: {} is more than the {} that are free on {}", config.flags.storage,
                            size_text(capacity), size_text(file_system_->free), path));
  }
  if (config.layout == Layout::files) {
    tree_ = std::make_unique<tier::FileTree>(place_->directory(), !config.buffered);
    rooms_[TierId::storage] = std::make_unique<tier::CountingRoom>(capacity);
  } else {
    if (capacity == kUnlimited) {
      throw Error(
          fmt::format("{} unlimited: a slab file has a size; give one, or use "
                      "--storage-layout files",
                      config.flags.storage));
    }
    slab_ = std::make_unique<tier::SlabFile>(place_->directory(), capacity, !config.buffered);
    rooms_[TierId::storage] =
        std::make_unique<tier::SlabRoom>(slab_->capacity(), std::span(&block, 1));
    capacity = slab_->capacity();
  }
  capacities_[TierId::storage] = capacity;
}

PerTier<tier::Room*> SharedTiers::rooms() const {
  return {rooms_[TierId::gpu].get(), rooms_[TierId::cpu].get(), rooms_[TierId::storage].get()};
}

bool SharedTiers::is_modelled(TierId tier) const { return devices_[tier] != nullptr; }

std::string SharedTiers::remove_files() {
  if (tree_) tree_->close();
  if (!place_) return "";
  const async::RealClock clock;
  const bool gone = place_->remove([&] { return clock.now() < Time{} + kRemovalAtMost; });
  return gone ? "" : place_->directory().path();
}

std::string SharedTiers::directory() const { return place_ ? place_->directory().path() : ""; }

ShardTiers::ShardTiers(const TierConfig& config, SharedTiers& shared, async::Loop& loop,
                       async::Pool& pool) {
  for (const TierId tier : kAllTiers) {
    if (tier::ModelledDevice* const device = shared.devices_[tier].get()) {
      stores_[tier] = std::make_unique<tier::ModelledStore>(loop, *device);
    }
  }
  if (shared.arena_) {
    stores_[TierId::cpu] = std::make_unique<tier::RamStore>(loop, *shared.arena_, &pool);
  }
  if (!shared.slab_ && !shared.tree_) return;
  queue_ = std::make_unique<io::Queue>(loop, make_engine(config), config.queue);
  if (shared.slab_) {
    stores_[TierId::storage] = std::make_unique<tier::SlabStore>(loop, *queue_, *shared.slab_);
  } else {
    stores_[TierId::storage] =
        std::make_unique<tier::FileStore>(loop, *queue_, pool, *shared.tree_);
  }
}

PerTier<tier::Store*> ShardTiers::stores() const {
  return {stores_[TierId::gpu].get(), stores_[TierId::cpu].get(), stores_[TierId::storage].get()};
}

std::vector<std::string> ShardTiers::engine_features() const {
  return queue_ ? queue_->engine().features() : std::vector<std::string>();
}

}  // namespace spillway::scenario
