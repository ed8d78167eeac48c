// A histogram as somebody else counted it: ranges of values, each with how many fell into it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace spillway::stats {

// The values from `low` up to, not including, `high`. An open end is the outermost number.
struct Bucket {
  static constexpr std::int64_t kNoLow = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t kNoHigh = std::numeric_limits<std::int64_t>::max();

  std::int64_t low = 0;
  std::int64_t high = 0;
  std::uint64_t count = 0;

  friend bool operator==(const Bucket&, const Bucket&) = default;
};

// Buckets with rising bounds; the values within one are not told apart. The counts sum up to less
// than 2^64.
struct BucketHistogram {
  std::vector<Bucket> buckets;

  std::uint64_t total() const;
  // The first bucket up to whose end `percent` of the values lie; null when there are none. What is
  // shown as the percentile is its lower bound. `percent` is from 0 to 100.
  const Bucket* percentile(double percent) const;

  friend bool operator==(const BucketHistogram&, const BucketHistogram&) = default;
};

}  // namespace spillway::stats
