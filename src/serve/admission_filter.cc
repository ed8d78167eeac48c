// SPDX-License-Identifier: Apache-2.0
#include "serve/admission_filter.h"

#include <algorithm>

namespace spillway::serve {

AdmissionFilter::AdmissionFilter(std::uint32_t threshold, std::size_t entries)
    : threshold_(threshold), sets_(threshold > 1 ? std::max<std::size_t>(entries / 4, 1) : 0) {}

void AdmissionFilter::count(std::span<const kv::BlockKey> keys) {
  if (sets_.empty()) return;
  for (const kv::BlockKey& key : keys) {
    Set& set = sets_[set_of(key)];
    auto* entry = std::ranges::find_if(
        set, [&](const Counted& one) { return one.times > 0 && one.key == key.low; });
    if (entry == set.end()) {
      entry = &place_in(set);
      *entry = {.key = key.low, .times = 0};
    }
    ++entry->times;
  }
}

// A free place, or the one that ageing makes free.
AdmissionFilter::Counted& AdmissionFilter::place_in(Set& set) {
  Counted* least = std::ranges::min_element(set, {}, &Counted::times);
  if (least->times == 0) return *least;
  for (Counted& entry : set) entry.times /= 2;
  return *least;
}

bool AdmissionFilter::admits(const kv::BlockKey& key) const {
  if (sets_.empty()) return true;
  return std::ranges::any_of(sets_[set_of(key)], [&](const Counted& one) {
    return one.key == key.low && one.times >= threshold_;
  });
}

void AdmissionFilter::forget() { std::ranges::fill(sets_, Set{}); }

}  // namespace spillway::serve
