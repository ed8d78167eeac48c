// SPDX-License-Identifier: Apache-2.0
#include "load/arrivals.h"

#include "core/random.h"

namespace spillway::load {

Duration Arrivals::next() {
  due_ += from_seconds(gap(index_++));
  return due_;
}

double Arrivals::gap(std::uint64_t index) const {
  const double mean = 1 / options_.per_second;
  Random random({.seed = seed_, .purpose = Purpose::arrival, .user = 0, .request = index});
  switch (options_.gaps) {
    case Gaps::poisson:
      return random.exponential(mean);
    case Gaps::gamma:
      return random.gamma(options_.burstiness) * mean / options_.burstiness;
    case Gaps::constant:
      break;
  }
  return mean;
}

}  // namespace spillway::load
