// SPDX-License-Identifier: Apache-2.0
#include "tier/counting_room.h"

#include "core/error.h"

namespace spillway::tier {

std::optional<Placement> CountingRoom::reserve(kv::BlockKey /*key*/, Bytes size) {
  const MutexLock lock(mutex_);
  if (footprint(size) > capacity_ - used_) return std::nullopt;
  used_ += footprint(size);
  return Placement{};
}

void CountingRoom::release(kv::BlockKey /*key*/, Placement /*placement*/, Bytes size) {
  const MutexLock lock(mutex_);
  check(footprint(size) <= used_, "no more is given back than was taken");
  used_ -= footprint(size);
}

Bytes CountingRoom::used() {
  const MutexLock lock(mutex_);
  return used_;
}

}  // namespace spillway::tier
