// How well the mean of a few windows is known.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

namespace spillway::stats {

// A value and the interval in which the true one lies.
struct Estimate {
  double value = 0;
  double low = 0;
  double high = 0;
  friend bool operator==(const Estimate&, const Estimate&) = default;
};

// Means of windows as a sample of nearly independent values: the method of batch means.
// mean +- t x s / sqrt(n), t the quantile of Student's distribution with n - 1 degrees of freedom.
// Nothing for fewer than two. Source: Law, "Simulation Modeling and Analysis", section 9.5.
std::optional<Estimate> mean_interval(std::span<const double> windows, double confidence);

}  // namespace spillway::stats
