// How far repeated measurements of the same thing lie apart, and how many of them it takes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "stats/mean_interval.h"

namespace spillway::stats {

// The coefficient of variation: standard deviation (n - 1) by mean. Nothing for fewer than two
// samples, or when their mean is not above zero.
std::optional<double> coefficient_of_variation(std::span<const double> samples);

// The 95 % interval of the median, whatever the distribution: between the order statistics of
// quantile_interval(). Nothing for fewer than six samples: the median of all there could be lies
// outside of five with a chance of 6 %.
std::optional<Estimate> median_interval(std::span<const double> samples);

// How many samples make a 95 % interval of the mean reach no further than `share` of it to either
// side, if they vary as these do: the smallest n with t(n - 1) x cv / sqrt(n) <= share. At most
// 1,000; nothing without a coefficient of variation.
std::optional<std::size_t> samples_for(double share, std::span<const double> samples);

}  // namespace spillway::stats
