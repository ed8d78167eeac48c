// The tiers of a run: what all shards share, and what each builds on its own thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/loop.h"
#include "async/pool.h"
#include "core/tier_id.h"
#include "io/queue.h"
#include "scenario/cache_place.h"
#include "scenario/tier_config.h"
#include "tier/file_store.h"
#include "tier/file_system.h"
#include "tier/modelled_store.h"
#include "tier/ram_store.h"
#include "tier/slab_store.h"
#include "tier/store.h"

namespace spillway::scenario {

// What moves the bytes of files, with the faults that are asked for.
std::unique_ptr<io::Engine> make_engine(const TierConfig& config);

// Space, files and devices, made once before the shards start. Throws Error for what the machine
// does not have, naming the flag. Removes its files when it goes.
class SharedTiers {
 public:
  // `block` is the size of the run's blocks.
  SharedTiers(const TierConfig& config, Bytes block);

  // 0 = off. Resolved: never "95 % of the free space".
  const PerTier<Bytes>& capacities() const { return capacities_; }
  // The rooms, null where a tier is off.
  PerTier<tier::Room*> rooms() const;
  bool is_modelled(TierId tier) const;
  // What the storage tier's files lie on; nothing when it is modelled.
  const std::optional<tier::FileSystemFacts>& file_system() const { return file_system_; }
  // A directory with the files, for the facts of the record; empty when it is modelled.
  std::string directory() const;
  // Removes the files now, although stores may have them open; many files may take longer than the
  // end of a process may wait. Returns the directory that still holds some, empty when none does.
  std::string remove_files();

 private:
  friend class ShardTiers;
  void make_gpu(const TierConfig& config);
  void make_cpu(const TierConfig& config, Bytes block);
  void make_storage(const TierConfig& config, Bytes block);
  void make_files(const TierConfig& config, Bytes block);

  PerTier<Bytes> capacities_{};
  PerTier<std::unique_ptr<tier::Room>> rooms_;
  PerTier<std::unique_ptr<tier::ModelledDevice>> devices_;
  std::unique_ptr<tier::RamArena> arena_;
  std::optional<tier::FileSystemFacts> file_system_;
  std::optional<CachePlace> place_;
  std::unique_ptr<tier::SlabFile> slab_;
  std::unique_ptr<tier::FileTree> tree_;
};

// The stores of one shard, with the queue and ring under them. Made and used on the shard's thread.
class ShardTiers {
 public:
  ShardTiers(const TierConfig& config, SharedTiers& shared, async::Loop& loop, async::Pool& pool);

  // The stores, null where a tier is off.
  PerTier<tier::Store*> stores() const;
  // The queue of the storage tier; null when it is modelled.
  io::Queue* queue() const { return queue_.get(); }
  // What moves the bytes, and which of its features are in use; empty when it is modelled.
  std::vector<std::string> engine_features() const;

 private:
  std::unique_ptr<io::Queue> queue_;
  PerTier<std::unique_ptr<tier::Store>> stores_;
};

}  // namespace spillway::scenario
