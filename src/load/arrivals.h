// Arrivals: when an open loop sends, drawn from the seed alone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/time.h"

namespace spillway::load {

// How the gaps between two requests are distributed; the mean is 1 / rate for each.
// gamma: of shape `burstiness`, so its coefficient of variation is 1 / sqrt(burstiness); 1 is the
// Poisson process, below 1 comes in bursts (the convention of vLLM's benchmark).
enum class Gaps : std::uint8_t { constant, poisson, gamma };

struct ArrivalOptions {
  Gaps gaps = Gaps::constant;
  double per_second = 1;  // above 0
  double burstiness = 1;  // above 0; of gamma only
};

// Gap i is a function of (seed, i): shards that each go through all of them see the same times.
class Arrivals {
 public:
  Arrivals(const ArrivalOptions& options, std::uint64_t seed) : options_(options), seed_(seed) {}

  // When the next request is due, from the start; the first comes one gap after it.
  Duration next();

 private:
  double gap(std::uint64_t index) const;  // in seconds

  ArrivalOptions options_;
  std::uint64_t seed_;
  std::uint64_t index_ = 0;
  Duration due_{};
};

}  // namespace spillway::load
