// BlockManager: the tiers below an accelerator's memory, as a serving stack's block manager has
// them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "async/condition.h"
#include "async/group.h"
#include "async/loop.h"
#include "async/stop.h"
#include "async/task.h"
#include "cache/cache.h"
#include "cache/index.h"
#include "core/bytes.h"
#include "core/tier_id.h"
#include "kv/block_key.h"
#include "serve/admission_filter.h"
#include "serve/engine_figures.h"

namespace spillway::serve {

// The tiers that a manager works on. Write-through: `host` has only the cpu tier on and `disk` only
// storage, each with an index of its own, so that a block may lie in both; `disk` is null in B1.
// Write-on-evict: `host` has both tiers, and what leaves the one falls to the other; `disk` is
// null.
struct ManagedTiers {
  cache::Cache* host = nullptr;
  cache::Index* host_index = nullptr;
  cache::Cache* disk = nullptr;
  cache::Index* disk_index = nullptr;
};

struct BlockManagerOptions {
  Bytes block_bytes;
  std::size_t queued_blocks = 1U << 20U;  // to be offloaded; beyond these blocks are dropped
  std::size_t offloads = 4;               // requests whose blocks are written side by side
};

// What a request got.
struct Onboarded {
  std::size_t blocks = 0;  // the leading run whose bytes arrived
  PerTier<std::size_t> hits{};
};

// A prefix that was found and is held, but not loaded yet.
class FoundPrefix {
 public:
  std::size_t blocks() const { return blocks_; }

 private:
  friend class BlockManager;
  struct Run {
    cache::Cache* cache;
    cache::Match match;
  };
  std::vector<Run> runs_;
  std::size_t blocks_ = 0;
};

// Finds a prefix run by run: as far as the host has it, then the disk, then the host again, until
// neither has the next block. What a request computed is offered to the host, and to the disk as
// far as the filter admits it (write-through), beside the requests and after their first tokens.
// What came from disk is offered like anything else that lies on the accelerator, so it is in the
// host again afterwards. A block whose read fails is computed anew, and counted.
class BlockManager {
 public:
  // `filter` is asked before a block goes to disk; it and the tiers outlive the manager.
  BlockManager(async::Loop& loop, const ManagedTiers& tiers, AdmissionFilter& filter,
               const BlockManagerOptions& options);

  async::Task<FoundPrefix> find(std::span<const kv::BlockKey> keys, async::Stop& stop);
  async::Task<Onboarded> load(FoundPrefix found, async::Stop& stop, std::uint64_t request);

  // These lie on the accelerator now, first block first. `asked`: they belong to a prompt, which
  // the filter counts.
  void offer(std::span<const kv::BlockKey> keys, bool asked, std::uint64_t request);
  // Offloads what is offered, until stopped; what is left then is dropped.
  async::Task<> run(async::Stop& stop);
  // Until everything that was offered is where it goes.
  async::Task<> drain(async::Stop& stop);
  // Every tier is empty afterwards, but for what is being read.
  async::Task<> reset(async::Stop& stop);

  // Adds what the tiers did and hold.
  void add_to(EngineFigures& figures) const;

 private:
  struct Offer {
    std::vector<kv::BlockKey> keys;
    std::uint64_t request;
  };
  async::Task<> offload_all(async::Stop& stop);
  async::Task<> offload(Offer offer, async::Stop& stop);
  async::Task<> write_host(const Offer& offer, async::Stop& stop);
  async::Task<> write_disk(const Offer& offer, async::Stop& stop);
  std::span<const kv::BlockKey> missing_in_host(std::span<const kv::BlockKey> keys) const;
  async::Task<bool> find_in(cache::Cache* tier, std::span<const kv::BlockKey> keys,
                            FoundPrefix& found, async::Stop& stop);

  async::Loop& loop_;
  ManagedTiers tiers_;
  AdmissionFilter& filter_;
  BlockManagerOptions options_;
  std::deque<Offer> offers_;
  std::size_t queued_ = 0;   // blocks in them
  std::size_t working_ = 0;  // offers being written
  async::Condition changed_;
  BlockMoves moves_;
  PerTier<std::uint64_t> asked_{};
  PerTier<std::uint64_t> hit_{};
  std::uint64_t filtered_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t failed_ = 0;
  stats::Histogram disk_fetch_;
};

}  // namespace spillway::serve
