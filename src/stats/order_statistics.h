// What sorted samples say without assuming a distribution: medians, ratios of pairs, intervals.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace spillway::stats {

// The middle value, or the mean of the two middle ones. There is at least one sample, none is NaN.
double median(std::span<const double> samples);

// The value at `q` of [0, 1] between the closest two of samples that are sorted, in proportion:
// definition 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996, the default of
// NumPy. There is at least one.
double interpolated_quantile(std::span<const double> sorted, double q);

// The ratios a[i] / b[i] of runs made in pairs, one right after the other: what drifts over minutes
// (temperature, neighbours, the drive's own housekeeping) hits both of a pair and cancels.
struct PairedRatio {
  double median = 0;
  double lowest = 0;
  double highest = 0;
  std::size_t pairs = 0;
};
// Equally many of both, at least one; no b is zero.
PairedRatio paired_ratio(std::span<const double> a, std::span<const double> b);

// Ranks, counted from 1, of the sorted sample between whose values a quantile lies.
struct RankInterval {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend bool operator==(const RankInterval&, const RankInterval&) = default;
};

// The narrowest ranks that hold the `q` quantile (inside (0, 1)) of the distribution behind `count`
// independent samples, each end wrong with at most half of 1 - confidence. Nothing when even the
// smallest and the largest sample do not promise that. How many samples lie below the quantile is
// binomial, whatever the distribution: Conover, "Practical Nonparametric Statistics", section 3.2.
std::optional<RankInterval> quantile_interval(std::uint64_t count, double q, double confidence);

// Whether `count` samples say anything about the `q` quantile: it has a 95 % interval inside the
// sample. The p50 needs 6 samples, the p95 72, the p99 368, the p999 3,688.
bool enough_for(double q, std::uint64_t count);

}  // namespace spillway::stats
