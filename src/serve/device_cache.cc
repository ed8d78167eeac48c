// SPDX-License-Identifier: Apache-2.0
#include "serve/device_cache.h"

#include "core/error.h"

namespace spillway::serve {

std::size_t DeviceCache::hold_prefix(std::span<const kv::BlockKey> keys) {
  std::size_t count = 0;
  for (const kv::BlockKey& key : keys) {
    const auto found = known_.find(key);
    if (found == known_.end()) break;
    if (found->second.holders++ == 0) kept_.erase(found->second.place);
    ++count;
  }
  return count;
}

bool DeviceCache::take(std::size_t count) {
  if (capacity_ - used() + kept_.size() < count) return false;
  while (capacity_ - used() < count) evict_one();
  private_ += count;
  return true;
}

void DeviceCache::evict_one() {
  known_.erase(kept_.front());
  kept_.pop_front();
  ++evicted_;
}

bool DeviceCache::publish(const kv::BlockKey& key) {
  if (!keeps_) return false;
  const bool is_new = known_.try_emplace(key, Known{.holders = 1, .place = {}}).second;
  if (is_new) --private_;
  return is_new;
}

void DeviceCache::release(std::span<const kv::BlockKey> held, std::size_t private_blocks) {
  check(private_blocks <= private_, "what is given back was taken");
  private_ -= private_blocks;
  for (; !held.empty(); held = held.first(held.size() - 1)) {
    const auto found = known_.find(held.back());
    check(found != known_.end() && found->second.holders > 0, "what is given back was held");
    if (--found->second.holders == 0) {
      found->second.place = kept_.insert(kept_.end(), held.back());
    }
  }
}

void DeviceCache::forget() {
  for (const kv::BlockKey& key : kept_) known_.erase(key);
  kept_.clear();
}

}  // namespace spillway::serve
