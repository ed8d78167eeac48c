// SPDX-License-Identifier: Apache-2.0
#include "analysis/profile_sums.h"

#include <algorithm>

namespace spillway::analysis {

using record::ProfileMetric;

void ActiveSpan::add(Time from, Time to) {
  first_ = first_ ? std::min(*first_, from) : from;
  last_ = std::max(last_, to);
}

void ActiveSpan::merge(const ActiveSpan& other) {
  earlier_ += other.earlier_;
  if (other.first_) earlier_ += other.last_ - *other.first_;
}

double ActiveSpan::seconds() const {
  return to_seconds(earlier_ + (first_ ? last_ - *first_ : Duration()));
}

std::array<stats::Sample, ProfileSums::kMetrics> ProfileSums::empty_samples() {
  std::array<stats::Sample, kMetrics> samples;
  samples.fill(stats::Sample(kProfileExact));
  return samples;
}

void ProfileSums::add(const record::CompletionRow& row) {
  if (!row.ok()) {
    ++failed_;
    return;
  }
  ++completed_;
  input_tokens_ += record::input_tokens_of(row);
  output_tokens_ += record::output_tokens_of(row);
  span_.add(row.sent, row.contents.empty() ? row.done : row.contents.back());
  const record::ProfileValues values = record::profile_values(row);
  for (std::size_t i = 0; i < kMetrics; ++i) {
    if (values.values.at(i)) samples_.at(i).add(*values.values.at(i));
  }
  stats::Sample& gaps = samples_.at(static_cast<std::size_t>(ProfileMetric::inter_chunk_latency));
  for (const double gap : record::chunk_gaps_ms(row)) gaps.add(gap);
}

void ProfileSums::merge(const ProfileSums& other) {
  completed_ += other.completed_;
  failed_ += other.failed_;
  input_tokens_ += other.input_tokens_;
  output_tokens_ += other.output_tokens_;
  span_.merge(other.span_);
  for (std::size_t i = 0; i < kMetrics; ++i) samples_.at(i).merge(other.samples_.at(i));
}

}  // namespace spillway::analysis
