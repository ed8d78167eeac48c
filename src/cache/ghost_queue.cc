// SPDX-License-Identifier: Apache-2.0
#include "cache/ghost_queue.h"

namespace spillway::cache {

void GhostQueue::add(const kv::BlockKey& key, Bytes size) {
  take(key);
  by_key_.emplace(key, ghosts_.insert(ghosts_.end(), {.key = key, .size = size}));
  size_ += size;
  while (size_ > most_) take(ghosts_.front().key);
}

bool GhostQueue::take(const kv::BlockKey& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return false;
  size_ -= found->second->size;
  ghosts_.erase(found->second);
  by_key_.erase(found);
  return true;
}

}  // namespace spillway::cache
