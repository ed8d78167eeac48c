// ReadBatch, WriteBatch: blocks of one tier on their way, with what their bytes are made of.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "cache/counters.h"
#include "core/bytes.h"
#include "kv/block_key.h"
#include "kv/content.h"
#include "kv/verify.h"
#include "tier/content_io.h"
#include "tier/store.h"

namespace spillway::cache {

// Where the bytes of a block that is read out of memory go: into a piece of memory that belongs to
// the thread and stays in its cache, as an engine would copy them on. Without it, reading from a
// tier in memory would move nothing and cost nothing.
class TransitSink final : public io::ByteSink {
 public:
  std::span<std::byte> room(Bytes offset, Bytes length) override;
  void take(Bytes offset, std::span<const std::byte> piece) override;
};

// Blocks to be read from one store. Those that `verify` selects are compared with their content.
class ReadBatch {
 public:
  // At most `count` blocks will be added. `content` is null where no tier holds bytes.
  ReadBatch(tier::Store& store, const kv::BlockContent* content, kv::Verify verify,
            std::size_t count);

  // `passes_through`: the bytes are wanted outside of the store. Otherwise, only if they are
  // verified, since who wants them takes them from the store's own memory or makes them anew.
  void add(const kv::BlockKey& key, tier::Placement placement, Bytes size, bool passes_through);
  std::span<tier::BlockMove> moves() { return moves_; }

  // After the read: wrong content becomes an error, and everything is counted.
  void judge_and_count(TierCounters& tier, CacheCounters& all);

 private:
  tier::Store& store_;
  const kv::BlockContent* content_;
  kv::Verify verify_;
  TransitSink transit_;
  std::vector<tier::BlockMove> moves_;
  std::vector<tier::VerifyingSink> verifying_;
  std::vector<std::size_t> verified_;  // the move of each of these
};

// Blocks to be written to one store.
class WriteBatch {
 public:
  WriteBatch(const kv::BlockContent* content, std::size_t count);

  // The bytes come out of `memory`, or are made from the key where it is empty.
  void add(const kv::BlockKey& key, tier::Placement placement, Bytes size,
           std::span<const std::byte> memory);
  std::span<tier::BlockMove> moves() { return moves_; }

  void count(TierCounters& tier) const;

 private:
  const kv::BlockContent* content_;
  std::vector<tier::BlockMove> moves_;
  std::vector<tier::ContentSource> made_;
  std::vector<tier::MemorySource> from_memory_;
};

}  // namespace spillway::cache
