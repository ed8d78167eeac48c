// SPDX-License-Identifier: Apache-2.0
#include "stats/mean_interval.h"

#include <cmath>

#include <boost/math/distributions/students_t.hpp>

#include "core/error.h"
#include "stats/moments.h"

namespace spillway::stats {

std::optional<Estimate> mean_interval(std::span<const double> windows, double confidence) {
  check(confidence > 0 && confidence < 1, "a confidence lies inside (0, 1)");
  if (windows.size() < 2) return std::nullopt;
  const auto count = static_cast<double>(windows.size());
  const Moments found = moments(windows);
  const double error = std::sqrt(found.variance / count);
  const boost::math::students_t distribution(count - 1);
  const double half = quantile(complement(distribution, (1 - confidence) / 2)) * error;
  return Estimate{.value = found.mean, .low = found.mean - half, .high = found.mean + half};
}

}  // namespace spillway::stats
