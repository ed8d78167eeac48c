// SPDX-License-Identifier: Apache-2.0
#include "analysis/phase_sums.h"

#include "analysis/harness_numbers.h"
#include "stats/order_statistics.h"

namespace spillway::analysis {
namespace {

constexpr int kMilliDecimals = 3;

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

double rate(std::uint64_t count, double duration_s) {
  return duration_s > 0 ? static_cast<double>(count) / duration_s : 0.0;
}

void add_if(stats::Sample& sample, const std::optional<double>& value) {
  if (value) sample.add(*value);
}

}  // namespace

std::optional<Spread> spread_of(const stats::Sample& sample) {
  if (sample.count() == 0) return std::nullopt;
  const auto at = [&](double q) { return rounded(sample.quantile(q), kMilliDecimals); };
  return Spread{.min = rounded(sample.min(), kMilliDecimals),
                .p50 = at(0.50),
                .p90 = at(0.90),
                .p95 = at(0.95),
                .p99 = at(0.99),
                .max = rounded(sample.max(), kMilliDecimals),
                .mean = rounded(sample.mean(), kMilliDecimals)};
}

// Ranks of the sample in order; interpolated_quantile() is its value of rank r at (r - 1) / (n -
// 1).
QuantileBounds bounds_of(const stats::Sample& sample) {
  const auto bounds = [&](double q) -> std::optional<Bounds> {
    const auto ranks = stats::quantile_interval(sample.count(), q, 0.95);
    if (!ranks) return std::nullopt;
    const auto last = static_cast<double>(sample.count() - 1);
    const auto at = [&](std::uint64_t rank) {
      return rounded(sample.quantile(static_cast<double>(rank - 1) / last), kMilliDecimals);
    };
    return Bounds{.low = at(ranks->low), .high = at(ranks->high)};
  };
  return {.p50 = bounds(0.5), .p95 = bounds(0.95), .p99 = bounds(0.99)};
}

void PhaseSums::add(const PhaseRow& row) {
  ++total_;
  input_tokens_ += row.prompt_tokens_est;
  if (row.ok) {
    ++ok_;
    output_tokens_ += row.output_tokens_est;
  }
  add_if(latency_, row.latency_ms);
  add_if(ttft_, row.ttft_ms);
  add_if(ttfc_, row.ttfc_ms);
  add_if(ttfb_, row.ttfb_ms);
}

void PhaseSums::add(const record::CompletionRow& row) {
  const record::CompletionTimes times = record::times_of(row);
  add(PhaseRow{.latency_ms = times.latency_ms,
               .ttft_ms = times.ttft_ms,
               .ttfc_ms = times.ttfc_ms,
               .ttfb_ms = times.ttfb_ms,
               .prompt_tokens_est = row.prompt->tokens_est,
               .output_tokens_est = row.output_tokens_est,
               .ok = row.ok()});
  ++counts_.by_fault.at(static_cast<std::size_t>(row.fault));
  send_delay_.add(to_milliseconds(row.sent - row.due));
  texts_ += row.contents.size();
  latencies_.send_delay.add((row.sent - row.due).count());
  profile_.add(row);
  for (PeerSums& peer : peers_) peer.add(row);
  good_.add(row);
  if (row.ok()) {
    add_served(row);
  } else {
    latencies_.failed.add((row.done - row.sent).count());
  }
}

void PhaseSums::add_served(const record::CompletionRow& row) {
  ok_latency_.add(to_milliseconds(row.done - row.sent));
  from_due_.add(to_milliseconds(row.done - row.due));
  latencies_.latency.add((row.done - row.sent).count());
  latencies_.latency_from_due.add((row.done - row.due).count());
  if (row.prompt_tokens || row.completion_tokens) ++counts_.with_usage;
  counts_.prompt_tokens += row.prompt_tokens.value_or(0);
  counts_.completion_tokens += row.completion_tokens.value_or(0);
  counts_.cached_tokens += row.cached_tokens.value_or(0);
  if (row.contents.empty()) return;
  first_text_.add(to_milliseconds(row.contents.front() - row.sent));
  latencies_.ttft.add((row.contents.front() - row.sent).count());
  latencies_.ttft_from_due.add((row.contents.front() - row.due).count());
  for (std::size_t i = 1; i < row.contents.size(); ++i) {
    const Duration gap = row.contents[i] - row.contents[i - 1];
    itl_.add(to_milliseconds(gap));
    latencies_.itl.add(gap.count());
  }
  if (row.contents.size() > 1) {
    const Duration decode = row.contents.back() - row.contents.front();
    const std::size_t gaps = row.contents.size() - 1;
    tpot_.add(to_milliseconds(decode) / static_cast<double>(gaps));
    latencies_.tpot.add(decode.count() / static_cast<std::int64_t>(gaps));
  }
}

void PhaseSums::merge(const PhaseSums& other) {
  total_ += other.total_;
  texts_ += other.texts_;
  ok_ += other.ok_;
  input_tokens_ += other.input_tokens_;
  output_tokens_ += other.output_tokens_;
  latency_.merge(other.latency_);
  ttft_.merge(other.ttft_);
  ttfc_.merge(other.ttfc_);
  ttfb_.merge(other.ttfb_);
  ok_latency_.merge(other.ok_latency_);
  from_due_.merge(other.from_due_);
  send_delay_.merge(other.send_delay_);
  first_text_.merge(other.first_text_);
  itl_.merge(other.itl_);
  tpot_.merge(other.tpot_);
  counts_.prompt_tokens += other.counts_.prompt_tokens;
  counts_.completion_tokens += other.counts_.completion_tokens;
  counts_.cached_tokens += other.counts_.cached_tokens;
  counts_.with_usage += other.counts_.with_usage;
  for (std::size_t i = 0; i < counts_.by_fault.size(); ++i) {
    counts_.by_fault.at(i) += other.counts_.by_fault.at(i);
  }
  latencies_.merge(other.latencies_);
  profile_.merge(other.profile_);
  good_.merge(other.good_);
  if (peers_.empty()) {  // the sum of phases begins with none
    for (const PeerSums& peer : other.peers_) peers_.emplace_back(peer);
  } else {
    for (std::size_t i = 0; i < peers_.size(); ++i) peers_[i].merge(other.peers_.at(i));
  }
}

PhaseFigures PhaseSums::figures(double duration_s) const {
  return {.duration_s = rounded(duration_s, 3),
          .total_requests = total_,
          .ok_requests = ok_,
          .error_requests = total_ - ok_,
          .error_rate = rounded(share(total_ - ok_, total_), 6),
          .req_per_s = rounded(rate(total_, duration_s), 4),
          .input_tokens_per_s_est = rounded(rate(input_tokens_, duration_s), 3),
          .output_tokens_per_s_est = rounded(rate(output_tokens_, duration_s), 3),
          .latency_ms = spread_of(latency_),
          .ttft_ms = spread_of(ttft_),
          .ttfc_ms = spread_of(ttfc_),
          .ttfb_ms = spread_of(ttfb_)};
}

record::DriveCounts PhaseSums::counts() const {
  record::DriveCounts counts;
  counts.completed = ok_;
  counts.failed = total_ - ok_;
  counts.texts = texts_;
  counts.input_tokens_est = input_tokens_;
  counts.output_tokens_est = output_tokens_;
  counts.prompt_tokens = counts_.prompt_tokens;
  counts.completion_tokens = counts_.completion_tokens;
  counts.cached_tokens = counts_.cached_tokens;
  counts.answers_with_usage = counts_.with_usage;
  return counts;
}

ServedFigures PhaseSums::served() const {
  ServedFigures served = counts_;
  served.latency_ms = spread_of(ok_latency_);
  served.latency_bounds = bounds_of(ok_latency_);
  served.latency_from_due_ms = spread_of(from_due_);
  served.latency_from_due_bounds = bounds_of(from_due_);
  served.send_delay_ms = spread_of(send_delay_);
  served.ttft_ms = spread_of(first_text_);
  served.ttft_bounds = bounds_of(first_text_);
  served.itl_ms = spread_of(itl_);
  served.tpot_ms = spread_of(tpot_);
  served.tpot_bounds = bounds_of(tpot_);
  return served;
}

}  // namespace spillway::analysis
