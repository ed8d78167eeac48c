// GhostQueue: the keys of blocks that left a while ago, without their bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <unordered_map>

#include "core/bytes.h"
#include "kv/block_key.h"

namespace spillway::cache {

// First in, first out, as many as have `most` bytes together (had, when they were there).
class GhostQueue {
 public:
  explicit GhostQueue(Bytes most) : most_(most) {}

  // The block leaves; the oldest are forgotten for it.
  void add(const kv::BlockKey& key, Bytes size);
  // Whether the block left a while ago; it is no ghost any more.
  bool take(const kv::BlockKey& key);

 private:
  struct Ghost {
    kv::BlockKey key;
    Bytes size;
  };

  Bytes most_;
  Bytes size_;
  std::list<Ghost> ghosts_;  // the oldest first
  std::unordered_map<kv::BlockKey, std::list<Ghost>::iterator, kv::BlockKeyHash> by_key_;
};

}  // namespace spillway::cache
