// SPDX-License-Identifier: Apache-2.0
#include "cache/waterfall_placement.h"

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

WaterfallPlacement::WaterfallPlacement(const CacheOptions& options) {
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

std::span<const TierId> WaterfallPlacement::below(TierId tier) const {
  const auto lower = std::ranges::upper_bound(on_, tier);
  return {lower, on_.end()};
}

bool WaterfallPlacement::accepts(TierId tier, Bytes /*occupied*/, Bytes footprint) const {
  return footprint <= limits_[tier].largest;
}

bool WaterfallPlacement::has_room(TierId tier, Bytes occupied, Bytes footprint) const {
  const Limits& limits = limits_[tier];
  return occupied + footprint <= limits.filled || occupied < limits.empty;
}

}  // namespace spillway::cache
