// Histogram: what a million latencies were, in 64 KiB, with a stated error.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace spillway::stats {

// Log-linear buckets over 0 .. 2^63-1 (nanoseconds, bytes, ...): values below 256 are exact, above
// that each power of two is split into 128 equal buckets, and a bucket stands for its middle, so a
// quantile is wrong by at most 1/256 of itself (0.39 %). Count, sum, minimum and maximum are exact.
// Merging adds integers: exact in any order. Negative values count as 0. The counters (58 KiB) are
// made with the first value. After fio's stat.h, whose layout has the same shape.
class Histogram {
 public:
  void add(std::int64_t value) {
    if (counts_.empty()) [[unlikely]]
      counts_.resize(kBuckets);
    const std::int64_t kept = std::max<std::int64_t>(value, 0);
    ++counts_[bucket_of(static_cast<std::uint64_t>(kept))];
    ++count_;
    sum_ += kept;
    min_ = std::min(min_, kept);
    max_ = std::max(max_, kept);
  }
  void add(std::int64_t value, std::uint64_t times);
  void merge(const Histogram& other);

  bool empty() const { return count_ == 0; }
  std::uint64_t count() const { return count_; }
  __int128 sum() const { return sum_; }
  // 0 when empty, as are the mean and the quantiles: look at count() first.
  std::int64_t min() const { return count_ == 0 ? 0 : min_; }
  std::int64_t max() const { return count_ == 0 ? 0 : max_; }
  double mean() const;

  // The value that a share `q` (0 to 1) of all values does not exceed: that of rank ceil(q x
  // count), at least 1; the middle of its bucket, never outside [min, max]. The first and the last
  // rank are exact.
  std::int64_t quantile(double q) const;

  // Calls visit(lowest, highest, count) for each bucket that is not empty, lowest first: the sparse
  // form in which records keep a histogram.
  template <typename Visit>
  void for_each_bucket(Visit visit) const {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] > 0) visit(lowest_of(i), highest_of(i), counts_[i]);
    }
  }

  // Puts a histogram back together from what for_each_bucket() told and the exact figures.
  static Histogram restored(__int128 sum, std::int64_t min, std::int64_t max);
  void restore_bucket(std::int64_t lowest, std::uint64_t count);

  friend bool operator==(const Histogram& a, const Histogram& b);

 private:
  static constexpr unsigned kSplitBits = 7;  // 128 buckets a power of two
  static constexpr std::size_t kExact = std::size_t{2} << kSplitBits;
  static constexpr std::size_t kBuckets = (63 - kSplitBits + 1) << kSplitBits;

  static std::size_t bucket_of(std::uint64_t value) {
    if (value < kExact) return value;
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - kSplitBits - 1;
    return (std::size_t{shift} << kSplitBits) + (value >> shift);
  }
  std::uint64_t rank_of(double q) const;
  static std::int64_t lowest_of(std::size_t bucket);
  static std::int64_t highest_of(std::size_t bucket);

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  __int128 sum_ = 0;
  std::int64_t min_ = std::numeric_limits<std::int64_t>::max();
  std::int64_t max_ = 0;
};

}  // namespace spillway::stats
