// SPDX-License-Identifier: Apache-2.0
#include "stats/bucket_histogram.h"

#include "core/error.h"

namespace spillway::stats {

std::uint64_t BucketHistogram::total() const {
  std::uint64_t sum = 0;
  for (const Bucket& bucket : buckets) sum += bucket.count;
  return sum;
}

const Bucket* BucketHistogram::percentile(double percent) const {
  check(percent >= 0 && percent <= 100, "a percentile is from 0 to 100");
  const double wanted = static_cast<double>(total()) * percent / 100;
  std::uint64_t reached = 0;
  for (const Bucket& bucket : buckets) {
    reached += bucket.count;
    if (bucket.count > 0 && static_cast<double>(reached) >= wanted) return &bucket;
  }
  return nullptr;
}

}  // namespace spillway::stats
