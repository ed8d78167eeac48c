// Sample: values of which quantiles are exact while they are few, and within 0.4 % when they are
// many. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "stats/histogram.h"

namespace spillway::stats {

// Keeps values as they are up to a limit, and beyond it as a histogram of millionths: memory stays
// fixed however many there are. Values are zero or more.
class Sample {
 public:
  static constexpr std::size_t kExact = 200'000;

  explicit Sample(std::size_t exact = kExact) : limit_(exact) {}

  void add(double value);
  void merge(const Sample& other);

  std::uint64_t count() const { return count_; }
  bool exact() const { return histogram_.empty(); }
  // There is at least one value.
  double min() const { return min_; }
  double max() const { return max_; }
  double mean() const;
  double sum() const { return sum_; }
  // The standard deviation with n - 1; 0 of fewer than two values.
  double deviation() const;
  // At `q` of [0, 1], as interpolated_quantile() has it while exact, then the bucket's middle.
  double quantile(double q) const;

 private:
  void pour();

  std::size_t limit_;
  std::uint64_t count_ = 0;
  double sum_ = 0;
  double spread_ = 0;  // sum of squares of the distances from the mean
  double min_ = 0;
  double max_ = 0;
  mutable std::vector<double> values_;  // sorted when asked for a quantile
  mutable bool sorted_ = false;
  Histogram histogram_;
};

}  // namespace spillway::stats
