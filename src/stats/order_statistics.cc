// SPDX-License-Identifier: Apache-2.0
#include "stats/order_statistics.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <boost/math/distributions/binomial.hpp>

#include "core/error.h"

namespace spillway::stats {
namespace {

using boost::math::binomial;

// How many of 1 .. count hold; those that do come first.
template <typename Holds>
std::uint64_t how_many_hold(std::uint64_t count, Holds holds) {
  std::uint64_t sure = 0;
  std::uint64_t open = count;
  while (sure < open) {
    const std::uint64_t middle = open - (open - sure) / 2;
    if (holds(middle)) {
      sure = middle;
    } else {
      open = middle - 1;
    }
  }
  return sure;
}

}  // namespace

double median(std::span<const double> samples) {
  check(!samples.empty(), "a median has samples");
  std::vector<double> sorted(samples.begin(), samples.end());
  std::ranges::sort(sorted);
  const double upper = sorted[sorted.size() / 2];
  return sorted.size() % 2 == 1 ? upper : (sorted[sorted.size() / 2 - 1] + upper) / 2;
}

double interpolated_quantile(std::span<const double> sorted, double q) {
  check(!sorted.empty(), "a quantile has samples");
  const double rank = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], rank - static_cast<double>(below));
}

PairedRatio paired_ratio(std::span<const double> a, std::span<const double> b) {
  check(a.size() == b.size(), "pairs have two sides");
  std::vector<double> ratios;
  ratios.reserve(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    check(b[i] != 0, "a ratio's lower side is not zero");
    ratios.push_back(a[i] / b[i]);
  }
  return {.median = median(ratios),
          .lowest = *std::ranges::min_element(ratios),
          .highest = *std::ranges::max_element(ratios),
          .pairs = ratios.size()};
}

// The quantile lies below the sample of rank r exactly when fewer than r samples lie below it, and
// at or above it when r or more do.
std::optional<RankInterval> quantile_interval(std::uint64_t count, double q, double confidence) {
  check(q > 0 && q < 1, "a quantile with an interval lies inside (0, 1)");
  check(confidence > 0 && confidence < 1, "a confidence lies inside (0, 1)");
  if (count == 0) return std::nullopt;
  const binomial below(static_cast<double>(count), q);
  const double tail = (1 - confidence) / 2;
  const auto fewer_than = [&](std::uint64_t rank) {
    return cdf(below, static_cast<double>(rank - 1));
  };
  const auto at_least = [&](std::uint64_t rank) {
    return cdf(complement(below, static_cast<double>(rank - 1)));
  };
  const std::uint64_t low =
      how_many_hold(count, [&](auto rank) { return fewer_than(rank) <= tail; });
  const std::uint64_t too_low =
      how_many_hold(count, [&](auto rank) { return at_least(rank) > tail; });
  if (low == 0 || too_low == count) return std::nullopt;
  return RankInterval{.low = low, .high = too_low + 1};
}

bool enough_for(double q, std::uint64_t count) {
  return quantile_interval(count, q, 0.95).has_value();
}

}  // namespace spillway::stats
