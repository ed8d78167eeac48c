// SPDX-License-Identifier: Apache-2.0
#include "stats/variation.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <boost/math/distributions/students_t.hpp>

#include "core/error.h"
#include "stats/moments.h"
#include "stats/order_statistics.h"

namespace spillway::stats {
namespace {

constexpr std::size_t kMostSamples = 1000;

}  // namespace

std::optional<double> coefficient_of_variation(std::span<const double> samples) {
  if (samples.size() < 2) return std::nullopt;
  const Moments found = moments(samples);
  if (found.mean <= 0) return std::nullopt;
  return std::sqrt(found.variance) / found.mean;
}

std::optional<Estimate> median_interval(std::span<const double> samples) {
  const std::optional<RankInterval> ranks = quantile_interval(samples.size(), 0.5, 0.95);
  if (!ranks) return std::nullopt;
  std::vector<double> sorted(samples.begin(), samples.end());
  std::ranges::sort(sorted);
  return Estimate{
      .value = median(samples), .low = sorted[ranks->low - 1], .high = sorted[ranks->high - 1]};
}

std::optional<std::size_t> samples_for(double share, std::span<const double> samples) {
  check(share > 0, "an interval has a width");
  const std::optional<double> variation = coefficient_of_variation(samples);
  if (!variation) return std::nullopt;
  for (std::size_t count = 2; count < kMostSamples; ++count) {
    const boost::math::students_t distribution(static_cast<double>(count - 1));
    const double t = quantile(complement(distribution, 0.025));
    if (t * *variation <= share * std::sqrt(static_cast<double>(count))) return count;
  }
  return kMostSamples;
}

}  // namespace spillway::stats
