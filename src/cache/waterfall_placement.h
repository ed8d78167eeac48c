// WaterfallPlacement: how far tiers are filled, and where a block falls that leaves one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "cache/options.h"
#include "cache/policy.h"

namespace spillway::cache {

// The waterfall of the MLPerf KV-cache proposal (December 2025 notes): gpu, cpu, storage, as far as
// they are on (a capacity above zero). A tier that has another one below it is filled to `headroom`
// of its capacity and takes no block above `largest_share` of it; a block that can never fit under
// the headroom is taken when the tier is as good as empty (below 5 %). The last tier is filled
// wholly. A block that leaves goes to the next tier that is on and takes it; from the last one, or
// when none takes it, it is deleted. Who leaves is for the policy to say that is made of this.
class WaterfallPlacement : public Policy {
 public:
  std::span<const TierId> admission_order() const final { return on_; }
  std::span<const TierId> below(TierId tier) const final;
  bool accepts(TierId tier, Bytes occupied, Bytes footprint) const final;
  bool has_room(TierId tier, Bytes occupied, Bytes footprint) const final;

 protected:
  explicit WaterfallPlacement(const CacheOptions& options);

  // Bytes to which the tier is filled.
  Bytes filled(TierId tier) const { return limits_[tier].filled; }

 private:
  struct Limits {
    Bytes filled;   // to here
    Bytes largest;  // block that it takes
    Bytes empty;    // below this it is as good as empty
  };

  std::vector<TierId> on_;
  PerTier<Limits> limits_{};
};

}  // namespace spillway::cache
