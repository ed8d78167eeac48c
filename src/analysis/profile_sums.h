// ProfileSums: what the requests of a phase came to by AIPerf's definitions, for the files that its
// users' tools read. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/time.h"
#include "record/profile_row.h"
#include "stats/sample.h"

namespace spillway::analysis {

// Of a quantile, relative to itself, once a sample holds more values than it keeps as they are.
inline constexpr double kHistogramError = 1.0 / 256;
// Values of one metric that are kept as they are.
inline constexpr std::size_t kProfileExact = 50'000;

// From the first request to the last answer. Of phases one after the other the lengths add up: what
// lies between them is no part of it.
class ActiveSpan {
 public:
  void add(Time from, Time to);
  void merge(const ActiveSpan& other);
  double seconds() const;

 private:
  std::optional<Time> first_;
  Time last_{};
  Duration earlier_{};  // of what was merged in
};

class ProfileSums {
 public:
  // Failed requests are counted and in no other figure.
  void add(const record::CompletionRow& row);
  void merge(const ProfileSums& other);

  std::uint64_t completed() const { return completed_; }
  std::uint64_t failed() const { return failed_; }
  // Of requests that succeeded.
  std::uint64_t input_tokens() const { return input_tokens_; }
  std::uint64_t output_tokens() const { return output_tokens_; }
  double seconds() const { return span_.seconds(); }
  const stats::Sample& of(record::ProfileMetric metric) const {
    return samples_.at(static_cast<std::size_t>(metric));
  }

 private:
  static constexpr std::size_t kMetrics = record::kProfileMetrics.size();
  static std::array<stats::Sample, kMetrics> empty_samples();

  std::uint64_t completed_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t input_tokens_ = 0;
  std::uint64_t output_tokens_ = 0;
  ActiveSpan span_;
  std::array<stats::Sample, kMetrics> samples_ = empty_samples();
};

}  // namespace spillway::analysis
