// Mean and variance of a handful of samples.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace spillway::stats {

struct Moments {
  double mean = 0;
  double variance = 0;  // with n - 1; 0 of fewer than two samples
};

// Two passes, so that the variance of large values with small differences is not lost. No samples:
// both are 0.
inline Moments moments(std::span<const double> samples) {
  if (samples.empty()) return {};
  const auto count = static_cast<double>(samples.size());
  double sum = 0;
  for (const double sample : samples) sum += sample;
  const double mean = sum / count;
  if (samples.size() < 2) return {.mean = mean, .variance = 0};
  double squares = 0;
  for (const double sample : samples) squares += (sample - mean) * (sample - mean);
  return {.mean = mean, .variance = squares / (count - 1)};
}

}  // namespace spillway::stats
