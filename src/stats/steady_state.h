// Steady state: from which window on a series has left its beginning behind, if it has.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace spillway::stats {

// Fewer windows decide nothing.
inline constexpr std::size_t kFewestSteadyWindows = 10;

// How many windows to leave out in front so that the mean of the rest is known best: the d that
// minimises the rest's sum of squared deviations / (its windows)^2, with half of them left at
// least. Source: the MSER rule, White, Cobb, Spratt, "A comparison of five steady-state truncation
// heuristics for simulation", WSC 2000; our windows stand for its batches of five.
std::size_t mser_truncation(std::span<const double> windows);

// The first window of the steady part, or nothing while the series still moves: the rule above
// would leave out as much as it may. A trend makes it do that, whatever the noise.
// Source: Hoad, Robinson, Davies, "Automating warm-up length estimation", JORS 61 (2010).
std::optional<std::size_t> steady_from(std::span<const double> windows);

}  // namespace spillway::stats
