// SPDX-License-Identifier: Apache-2.0
#include "stats/steady_state.h"

namespace spillway::stats {
namespace {

// What rounding makes of equal windows must not decide: a share of the squared level.
constexpr double kRounding = 1e-12;

}  // namespace

// From the back: the mean and the squared deviations of ever longer ends (Welford's update).
std::size_t mser_truncation(std::span<const double> windows) {
  const std::size_t fewest_left = windows.size() / 2;
  double mean = 0;
  double squares = 0;
  double best = 0;
  std::size_t truncation = 0;
  for (std::size_t left = 1; left <= windows.size(); ++left) {
    const std::size_t at = windows.size() - left;
    const auto count = static_cast<double>(left);
    const double before = windows[at] - mean;
    mean += before / count;
    squares += before * (windows[at] - mean);
    if (left < fewest_left) continue;
    const double error = squares / (count * count);
    if (left > fewest_left && error > best + kRounding * mean * mean) continue;
    best = error;
    truncation = at;
  }
  return truncation;
}

std::optional<std::size_t> steady_from(std::span<const double> windows) {
  if (windows.size() < kFewestSteadyWindows) return std::nullopt;
  const std::size_t truncation = mser_truncation(windows);
  if (2 * truncation >= windows.size()) return std::nullopt;
  return truncation;
}

}  // namespace spillway::stats
