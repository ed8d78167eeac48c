// CountingRoom: the room of tiers where space has no place: a file per object, modelled, null.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/bytes.h"
#include "core/mutex.h"
#include "tier/store.h"

namespace spillway::tier {

// Counts bytes against a capacity, which may be kUnlimited; every Placement is the same. No memory
// per block. Thread-safe.
class CountingRoom final : public Room {
 public:
  explicit CountingRoom(Bytes capacity) : capacity_(capacity) {}

  std::optional<Placement> reserve(kv::BlockKey key, Bytes size) override;
  // Aborts when more is given back than was taken.
  void release(kv::BlockKey key, Placement placement, Bytes size) override;
  Bytes footprint(Bytes size) const override { return padded(size); }

  Bytes capacity() const { return capacity_; }
  Bytes used();

 private:
  const Bytes capacity_;
  Mutex mutex_;
  Bytes used_ SPILLWAY_GUARDED_BY(mutex_);
};

}  // namespace spillway::tier
