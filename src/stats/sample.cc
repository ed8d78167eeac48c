// SPDX-License-Identifier: Apache-2.0
#include "stats/sample.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "stats/order_statistics.h"

namespace spillway::stats {
namespace {

constexpr double kScale = 1e6;

std::int64_t scaled(double value) { return std::llround(value * kScale); }

}  // namespace

void Sample::add(double value) {
  min_ = count_ == 0 ? value : std::min(min_, value);
  max_ = count_ == 0 ? value : std::max(max_, value);
  const double distance = count_ == 0 ? 0 : value - mean();
  ++count_;
  sum_ += value;
  spread_ += distance * (value - mean());
  if (!exact()) {
    histogram_.add(scaled(value));
    return;
  }
  values_.push_back(value);
  sorted_ = false;
  if (values_.size() > limit_) pour();
}

void Sample::merge(const Sample& other) {
  if (other.count_ == 0) return;
  min_ = count_ == 0 ? other.min_ : std::min(min_, other.min_);
  max_ = count_ == 0 ? other.max_ : std::max(max_, other.max_);
  const auto before = static_cast<double>(count_);
  const auto added = static_cast<double>(other.count_);
  const double distance = count_ == 0 ? 0 : other.mean() - mean();
  spread_ += other.spread_ + distance * distance * before * added / (before + added);
  count_ += other.count_;
  sum_ += other.sum_;
  values_.insert(values_.end(), other.values_.begin(), other.values_.end());
  sorted_ = false;
  histogram_.merge(other.histogram_);
  if (values_.size() > limit_ || !exact()) pour();
}

void Sample::pour() {
  for (const double value : values_) histogram_.add(scaled(value));
  values_ = {};
}

double Sample::mean() const {
  check(count_ > 0, "a mean is of at least one value");
  return sum_ / static_cast<double>(count_);
}

// Welford, 1962; of parts: Chan, Golub and LeVeque, 1979.
double Sample::deviation() const {
  return count_ < 2 ? 0 : std::sqrt(spread_ / static_cast<double>(count_ - 1));
}

double Sample::quantile(double q) const {
  check(count_ > 0, "a quantile is of at least one value");
  if (!exact()) return static_cast<double>(histogram_.quantile(q)) / kScale;
  if (!sorted_) std::ranges::sort(values_);
  sorted_ = true;
  return interpolated_quantile(values_, q);
}

}  // namespace spillway::stats
