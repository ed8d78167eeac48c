// How well the ratio of two means is known, each from a few independent runs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

#include "stats/mean_interval.h"

namespace spillway::stats {

// mean(a) / mean(b) with the interval of Fieller: the ratios r for which mean(a) - r x mean(b) is
// not further from 0 than Student's t times its standard error. Degrees of freedom are Welch's, at
// the ratio found, so a and b may vary differently. A single b is taken for exact: then it is the
// interval of the mean of a, divided by b.
// Nothing for fewer than two a, or when the mean of b may be 0, where no bounded interval exists.
// Sources: Fieller, "Some problems in interval estimation", JRSS B 16 (1954), section 2; Welch,
// "The generalization of Student's problem", Biometrika 34 (1947).
std::optional<Estimate> ratio_interval(std::span<const double> a, std::span<const double> b,
                                       double confidence);

}  // namespace spillway::stats
