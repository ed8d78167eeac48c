// DeviceCache: the blocks of an accelerator's memory, which running requests hold and later ones
// find.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <span>
#include <unordered_map>
#include <vector>

#include "kv/block_key.h"

namespace spillway::serve {

// Modelled: it counts blocks and has no bytes. A block is free, private to one request, or known by
// its key: held by those requests that have it in their prefix, or kept, when none does, until its
// place is needed. Of those that are kept the one that was given back first goes first, and of one
// request its last blocks do, since a prefix is of no use without its head.
class DeviceCache {
 public:
  // Without `keeps` nothing outlives the request that made it, and nothing is shared.
  DeviceCache(std::size_t blocks, bool keeps) : capacity_(blocks), keeps_(keeps) {}

  // Holds the leading run of the keys that are known, for the caller: how many.
  std::size_t hold_prefix(std::span<const kv::BlockKey> keys);
  // Takes so many private blocks, or none when there are too few.
  bool take(std::size_t count);
  // A private block of the caller's becomes known, and is held by it. False when another has this
  // key already, or nothing is kept: it stays private.
  bool publish(const kv::BlockKey& key);
  // The caller has done with what it held, in the order of its prefix, and with private ones.
  void release(std::span<const kv::BlockKey> held, std::size_t private_blocks);
  // Forgets what nobody holds.
  void forget();

  std::size_t capacity() const { return capacity_; }
  std::size_t used() const { return private_ + known_.size(); }
  std::size_t kept() const { return kept_.size(); }  // of these, held by nobody
  std::uint64_t evicted() const { return evicted_; }

 private:
  struct Known {
    std::size_t holders = 0;
    std::list<kv::BlockKey>::iterator place;  // in kept_, while nobody holds it
  };
  void evict_one();

  std::size_t capacity_;
  bool keeps_;
  std::size_t private_ = 0;
  std::unordered_map<kv::BlockKey, Known, kv::BlockKeyHash> known_;
  std::list<kv::BlockKey> kept_;  // the next to go first
  std::uint64_t evicted_ = 0;
};

}  // namespace spillway::serve
