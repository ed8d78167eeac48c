// Host and disk tiers in virtual time, as a block manager has them in each mode.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "async/clock.h"
#include "async/group.h"
#include "async/loop.h"
#include "cache/index.h"
#include "cache/waterfall.h"
#include "serve/admission_filter.h"
#include "serve/block_manager.h"
#include "tier/counting_room.h"
#include "tier/modelled_store.h"

namespace spillway::serve {

inline constexpr Bytes kBlock = 1_MiB;

struct WorldOptions {
  std::size_t host_blocks = 8;
  std::size_t disk_blocks = 0;  // 0: no disk
  bool write_on_evict = false;
  std::uint32_t threshold = 0;  // of the filter; 0: everything goes to disk
  std::size_t queued_blocks = 1U << 20U;
};

// A read of the host takes 1 ms, one of the disk 5 ms, side by side; writes take 2 ms.
class ManagedWorld {
 public:
  explicit ManagedWorld(const WorldOptions& options)
      : filter(options.threshold, 10'000),
        host_room_(options.host_blocks * kBlock),
        disk_room_(std::max<std::size_t>(options.disk_blocks, 1) * kBlock) {
    const Bytes host = options.host_blocks * kBlock;
    const Bytes disk = options.disk_blocks * kBlock;
    const bool two = options.disk_blocks > 0 && !options.write_on_evict;
    cache::CacheOptions upper{
        .capacity = {Bytes(0), host, two ? Bytes(0) : disk}, .headroom = 1, .largest_share = 1};
    if (options.write_on_evict) {
      upper.may_go_down = [this](const kv::BlockKey& key) { return filter.admits(key); };
    }
    host_ = make(upper);
    tiers.host = host_->cache.get();
    tiers.host_index = host_->index.get();
    if (two) {
      disk_ = make({.capacity = {Bytes(0), Bytes(0), disk}});
      tiers.disk = disk_->cache.get();
      tiers.disk_index = disk_->index.get();
    }
    manager = std::make_unique<BlockManager>(
        loop, tiers, filter,
        BlockManagerOptions{.block_bytes = kBlock, .queued_blocks = options.queued_blocks});
  }

  // Runs `work` beside the manager, and ends once everything is offloaded.
  template <typename Work>
  void run(Work work) {
    loop.run(async::with_group(loop, stop, [&](async::Group& group) -> async::Task<> {
      group.spawn(manager->run(group.stop()));
      co_await work(group.stop());
      co_await manager->drain(group.stop());
      group.stop().request();
    }));
  }

  EngineFigures figures() const {
    EngineFigures all;
    manager->add_to(all);
    return all;
  }

  async::VirtualClock clock;
  async::Loop loop{clock};
  async::Stop stop;
  AdmissionFilter filter;
  ManagedTiers tiers;
  std::unique_ptr<BlockManager> manager;

 private:
  struct Level {
    std::unique_ptr<cache::Index> index;
    std::unique_ptr<cache::Cache> cache;
  };
  std::unique_ptr<Level> make(const cache::CacheOptions& options) {
    const bool host = options.capacity[TierId::cpu] > Bytes(0);
    const bool disk = options.capacity[TierId::storage] > Bytes(0);
    auto level = std::make_unique<Level>();
    level->index = std::make_unique<cache::Index>(
        options,
        PerTier<tier::Room*>{nullptr, host ? &host_room_ : nullptr, disk ? &disk_room_ : nullptr},
        std::make_unique<cache::WaterfallLru>(options));
    level->cache =
        std::make_unique<cache::Cache>(*level->index,
                                       PerTier<tier::Store*>{nullptr, host ? &host_store_ : nullptr,
                                                             disk ? &disk_store_ : nullptr},
                                       nullptr, loop, options);
    return level;
  }

  tier::CountingRoom host_room_;
  tier::CountingRoom disk_room_;
  tier::ModelledDevice host_device_{{.read_latency = std::chrono::milliseconds(1),
                                     .write_latency = std::chrono::milliseconds(2)}};
  tier::ModelledDevice disk_device_{{.read_latency = std::chrono::milliseconds(5),
                                     .write_latency = std::chrono::milliseconds(2)}};
  tier::ModelledStore host_store_{loop, host_device_};
  tier::ModelledStore disk_store_{loop, disk_device_};
  std::unique_ptr<Level> host_;
  std::unique_ptr<Level> disk_;
};

}  // namespace spillway::serve
