// SPDX-License-Identifier: Apache-2.0
#include "cache/waterfall.h"

#include <algorithm>

#include "core/error.h"
#include "core/size_text.h"

namespace spillway::cache {
namespace {

// 5 % of the MLPerf KV-cache rule.
Bytes little_of(Bytes capacity) { return capacity / 20; }

Bytes share_of(Bytes capacity, double share) {
  const double bytes = static_cast<double>(capacity.count()) * share;
  return std::min(capacity, Bytes(static_cast<std::uint64_t>(bytes)));
}

// Taken off the whole: 95 % without rounding surprises.
Bytes most_of(Bytes capacity, double share) { return capacity - share_of(capacity, 1 - share); }

}  // namespace

WaterfallLru::WaterfallLru(const CacheOptions& options) {
  check(options.headroom > 0 && options.headroom <= 1, "the headroom is a share of the capacity");
  for (const TierId tier : kAllTiers) {
    if (options.capacity[tier] > Bytes(0)) on_.push_back(tier);
  }
  for (const TierId tier : on_) {
    const Bytes capacity = options.capacity[tier];
    const bool takes_all = tier == on_.back() || capacity == kUnlimited;
    limits_[tier] = takes_all ? Limits{.filled = capacity, .largest = capacity, .empty = {}}
                              : Limits{.filled = share_of(capacity, options.headroom),
                                       .largest = most_of(capacity, options.largest_share),
                                       .empty = little_of(capacity)};
  }
}

std::span<const TierId> WaterfallLru::below(TierId tier) const {
  const auto lower = std::ranges::upper_bound(on_, tier);
  return {lower, on_.end()};
}

bool WaterfallLru::accepts(TierId tier, Bytes footprint) const {
  return footprint <= limits_[tier].largest;
}

bool WaterfallLru::has_room(TierId tier, Bytes occupied, Bytes footprint) const {
  const Limits& limits = limits_[tier];
  return occupied + footprint <= limits.filled || occupied < limits.empty;
}

EntryId WaterfallLru::victim(const Entries& entries, TierId tier) const {
  EntryId least = kNoEntry;
  for (const RecencyList& list : lists_[tier]) {
    if (list.empty()) continue;
    const EntryId oldest = list.oldest();
    if (least == kNoEntry || entries[oldest].last_use < entries[least].last_use) least = oldest;
  }
  return least;
}

void WaterfallLru::add_used(Entries& entries, EntryId id) {
  Entry& entry = entries[id];
  entry.last_use = ++uses_;
  entry.queue = entry.tier;
  list_of(entry).add_newest(entries, id);
}

// Blocks come down in the order of their last use, but for the few that overtake each other on the
// way: the place is found in a few steps.
void WaterfallLru::add_demoted(Entries& entries, EntryId id, TierId from) {
  Entry& entry = entries[id];
  entry.queue = from;
  list_of(entry).add_from_newest(entries, id);
}

// It was the oldest when it was chosen to leave: again, a few steps.
void WaterfallLru::put_back(Entries& entries, EntryId id) {
  list_of(entries[id]).add_from_oldest(entries, id);
}

void WaterfallLru::withdraw(Entries& entries, EntryId id) {
  list_of(entries[id]).remove(entries, id);
}

}  // namespace spillway::cache
