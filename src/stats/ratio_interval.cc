// SPDX-License-Identifier: Apache-2.0
#include "stats/ratio_interval.h"

#include <cmath>

#include <boost/math/distributions/students_t.hpp>

#include "core/error.h"
#include "stats/moments.h"

namespace spillway::stats {
namespace {

struct Mean {
  double value = 0;
  double variance = 0;  // of the mean itself; 0 of a single sample
  double freedom = 0;   // samples less one
};

Mean mean_of(std::span<const double> samples) {
  const auto count = static_cast<double>(samples.size());
  const Moments found = moments(samples);
  return {.value = found.mean, .variance = found.variance / count, .freedom = count - 1};
}

// Of a sum of variances. A part without a variance says nothing about it.
double welch_freedom(double one, double one_freedom, double other, double other_freedom) {
  double parts = one * one / one_freedom;
  if (other > 0) parts += other * other / other_freedom;
  return parts > 0 ? (one + other) * (one + other) / parts : one_freedom;
}

}  // namespace

std::optional<Estimate> ratio_interval(std::span<const double> a, std::span<const double> b,
                                       double confidence) {
  check(confidence > 0 && confidence < 1, "a confidence lies inside (0, 1)");
  if (a.size() < 2 || b.empty()) return std::nullopt;
  const Mean above = mean_of(a);
  const Mean below = mean_of(b);
  if (below.value == 0) return std::nullopt;
  const double ratio = above.value / below.value;
  const boost::math::students_t distribution(
      welch_freedom(above.variance, above.freedom, ratio * ratio * below.variance, below.freedom));
  const double t = quantile(complement(distribution, (1 - confidence) / 2));
  // The ends solve square x r^2 - 2 x product x r + constant = 0.
  const double square = below.value * below.value - t * t * below.variance;
  const double product = above.value * below.value;
  const double constant = above.value * above.value - t * t * above.variance;
  if (square <= 0) return std::nullopt;
  const double root = std::sqrt(std::fmax(0, product * product - square * constant));
  return Estimate{
      .value = ratio, .low = (product - root) / square, .high = (product + root) / square};
}

}  // namespace spillway::stats
