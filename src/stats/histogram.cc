// SPDX-License-Identifier: Apache-2.0
#include "stats/histogram.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace spillway::stats {

void Histogram::add(std::int64_t value, std::uint64_t times) {
  if (times == 0) return;
  if (counts_.empty()) counts_.resize(kBuckets);
  const std::int64_t kept = std::max<std::int64_t>(value, 0);
  counts_[bucket_of(static_cast<std::uint64_t>(kept))] += times;
  count_ += times;
  sum_ += static_cast<__int128>(kept) * static_cast<__int128>(times);
  min_ = std::min(min_, kept);
  max_ = std::max(max_, kept);
}

void Histogram::merge(const Histogram& other) {
  if (other.count_ == 0) return;
  if (counts_.empty()) counts_.resize(kBuckets);
  for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

double Histogram::mean() const {
  return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_);
}

std::int64_t Histogram::quantile(double q) const {
  if (count_ == 0) return 0;
  const std::uint64_t rank = rank_of(q);
  if (rank == 1) return min_;
  if (rank == count_) return max_;
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  while ((seen += counts_[bucket]) < rank) ++bucket;
  const std::int64_t lowest = lowest_of(bucket);
  const std::int64_t middle = lowest + (highest_of(bucket) - lowest) / 2;
  return std::max(min_, std::min(max_, middle));
}

// q and its product are rounded, each by at most 2^-53 of itself: 0.07 x 100 comes out above 7. So
// what is above a whole number by no more than that counts as it.
std::uint64_t Histogram::rank_of(double q) const {
  check(q >= 0 && q <= 1, "a quantile is a share of 0 to 1");
  const auto count = static_cast<double>(count_);
  const double rank = std::ceil(q * count * (1 - 0x1p-51));
  if (q >= 1 || rank >= count) return count_;
  return std::max<std::uint64_t>(static_cast<std::uint64_t>(rank), 1);
}

std::int64_t Histogram::lowest_of(std::size_t bucket) {
  if (bucket < kExact) return static_cast<std::int64_t>(bucket);
  const std::size_t shift = (bucket >> kSplitBits) - 1;
  const std::size_t mantissa = bucket - (shift << kSplitBits);
  return static_cast<std::int64_t>(mantissa << shift);
}

std::int64_t Histogram::highest_of(std::size_t bucket) {
  if (bucket < kExact) return static_cast<std::int64_t>(bucket);
  const std::size_t shift = (bucket >> kSplitBits) - 1;
  return lowest_of(bucket) + static_cast<std::int64_t>((std::size_t{1} << shift) - 1);
}

Histogram Histogram::restored(__int128 sum, std::int64_t min, std::int64_t max) {
  Histogram histogram;
  histogram.sum_ = sum;
  histogram.min_ = min;
  histogram.max_ = max;
  return histogram;
}

void Histogram::restore_bucket(std::int64_t lowest, std::uint64_t count) {
  if (count == 0) return;
  if (counts_.empty()) counts_.resize(kBuckets);
  counts_[bucket_of(static_cast<std::uint64_t>(std::max<std::int64_t>(lowest, 0)))] += count;
  count_ += count;
}

bool operator==(const Histogram& a, const Histogram& b) {
  if (a.count_ != b.count_) return false;
  if (a.count_ == 0) return true;
  return a.sum_ == b.sum_ && a.min_ == b.min_ && a.max_ == b.max_ && a.counts_ == b.counts_;
}

}  // namespace spillway::stats
