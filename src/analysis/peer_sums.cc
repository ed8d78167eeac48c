// SPDX-License-Identifier: Apache-2.0
#include "analysis/peer_sums.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "core/error.h"

namespace spillway::analysis {
namespace {

using record::CompletionRow;

constexpr double kNsPerMs = 1e6;

double ms_between(Time from, Time to) { return to_milliseconds(to - from); }

// What a tool looks at of a stream: when parts of it came, and what it holds for the end.
struct Seen {
  std::vector<Time> chunks;
  Time end{};
};

// vLLM takes every chunk with a choice, the role and an empty end included, and its latency ends
// with the last. The others take text; SGLang's and GuideLLM's latencies end with the stream.
Seen seen_by(Peer peer, const CompletionRow& row) {
  Seen seen{.chunks = row.contents, .end = row.done};
  if (peer == Peer::vllm) {
    seen.chunks.clear();
    std::ranges::merge(row.contents, row.textless, std::back_inserter(seen.chunks));
  }
  const bool with_stream = peer == Peer::sglang || peer == Peer::guidellm;
  if (!with_stream && !seen.chunks.empty()) seen.end = seen.chunks.back();
  return seen;
}

// SGLang takes what was asked for when the server does not say.
std::uint64_t output_tokens(Peer peer, const CompletionRow& row) {
  if (peer == Peer::sglang) return row.completion_tokens.value_or(row.call->max_tokens);
  return record::output_tokens_of(row);
}

void add_gaps(const std::vector<Time>& chunks, std::vector<PeerValue>& gaps) {
  for (std::size_t i = 1; i < chunks.size(); ++i) {
    gaps.push_back({.ms = ms_between(chunks[i - 1], chunks[i])});
  }
}

// The means of a request, with n - 1 gaps between n tokens.
void add_means(Peer peer, const CompletionRow& row, const Seen& seen, PeerValues& values) {
  const std::uint64_t tokens = values.output_tokens;
  if (peer == Peer::guidellm && tokens > 0) {
    const double whole = ms_between(row.sent, seen.chunks.back());
    values.of(PeerMetric::tpot)
        .push_back({.ms = whole / static_cast<double>(tokens), .weight = tokens});
  }
  if (tokens < 2) return;
  const auto gaps = static_cast<double>(tokens - 1);
  if (peer == Peer::guidellm) {
    const double decode = ms_between(seen.chunks.front(), seen.chunks.back());
    values.of(PeerMetric::itl).push_back({.ms = decode / gaps, .weight = tokens - 1});
    return;
  }
  if (peer == Peer::genai_perf && seen.chunks.size() < 2) return;
  const PeerValue mean{.ms = ms_between(seen.chunks.front(), seen.end) / gaps};
  values.of(PeerMetric::tpot).push_back(mean);
  if (peer == Peer::genai_perf || peer == Peer::aiperf) values.of(PeerMetric::itl).push_back(mean);
}

std::optional<double> rate(std::uint64_t count, double seconds) {
  return seconds > 0 ? std::optional(static_cast<double>(count) / seconds) : std::nullopt;
}

using Definitions = std::array<std::string_view, kPeerMetrics>;
constexpr std::array<Definitions, kPeerNames.size()> kDefinitions = {{
    {"first chunk with a choice - sent", "every gap between chunks with a choice",
     "(e2e - ttft) / (tokens - 1)", "last chunk with a choice - sent"},
    {"first text - sent", "every gap between texts", "(e2e - ttft) / (tokens - 1)",
     "end of the stream - sent"},
    {"first text - sent", "(e2e - ttft) / (tokens - 1), from two texts on", "= ITL",
     "last text - sent"},
    {"first text - sent, reasoning included", "(e2e - ttft) / (tokens - 1)", "= ITL",
     "last text - sent"},
    {"first text - sent", "(last text - first text) / (tokens - 1), weighted by tokens - 1",
     "(last text - sent) / tokens, weighted by tokens", "end of the stream - sent"},
}};

}  // namespace

std::string_view definition_of(Peer peer, PeerMetric metric) {
  return kDefinitions.at(static_cast<std::size_t>(peer)).at(static_cast<std::size_t>(metric));
}

std::string_view throughput_definition_of(Peer peer) {
  return peer == Peer::genai_perf || peer == Peer::aiperf
             ? "completed, tokens / (last text - first sent)"
             : "completed, tokens / duration of the phases";
}

PeerValues peer_values(Peer peer, const CompletionRow& row) {
  PeerValues values;
  values.output_tokens = output_tokens(peer, row);
  const Seen seen = seen_by(peer, row);
  if (row.call->stream && seen.chunks.empty()) return values;
  values.of(PeerMetric::e2e).push_back({.ms = ms_between(row.sent, seen.end)});
  if (seen.chunks.empty()) return values;
  values.of(PeerMetric::ttft).push_back({.ms = ms_between(row.sent, seen.chunks.front())});
  add_means(peer, row, seen, values);
  if (peer == Peer::vllm || peer == Peer::sglang) {
    add_gaps(seen.chunks, values.of(PeerMetric::itl));
  }
  return values;
}

PeerSums::PeerSums(Peer peer) : peer_(peer) { samples_.fill(stats::Sample(kProfileExact)); }

void PeerSums::add(const CompletionRow& row) {
  PeerValues values = peer_values(peer_, row);
  // To these tools a stream that never had anything for them is a failure.
  if (!row.ok() || values.of(PeerMetric::e2e).empty()) {
    ++failed_;
    return;
  }
  ++completed_;
  output_tokens_ += values.output_tokens;
  span_.add(row.sent, row.contents.empty() ? row.done : row.contents.back());
  for (std::size_t i = 0; i < kPeerMetrics; ++i) {
    for (const PeerValue& value : values.values.at(i)) {
      if (weighted()) {
        histograms_.at(i).add(std::llround(value.ms * kNsPerMs), value.weight);
      } else {
        samples_.at(i).add(value.ms);
      }
    }
  }
}

void PeerSums::merge(const PeerSums& other) {
  check(peer_ == other.peer_, "sums are of the same peer");
  completed_ += other.completed_;
  failed_ += other.failed_;
  output_tokens_ += other.output_tokens_;
  span_.merge(other.span_);
  for (std::size_t i = 0; i < kPeerMetrics; ++i) {
    samples_.at(i).merge(other.samples_.at(i));
    histograms_.at(i).merge(other.histograms_.at(i));
  }
}

std::optional<PeerSpread> PeerSums::spread(std::size_t metric) const {
  const stats::Sample& sample = samples_.at(metric);
  const stats::Histogram& histogram = histograms_.at(metric);
  const std::uint64_t count = weighted() ? histogram.count() : sample.count();
  if (count == 0) return std::nullopt;
  const auto at = [&](double q) {
    return weighted() ? static_cast<double>(histogram.quantile(q)) / kNsPerMs : sample.quantile(q);
  };
  return PeerSpread{.count = count,
                    .mean = weighted() ? histogram.mean() / kNsPerMs : sample.mean(),
                    .p50 = at(0.50),
                    .p90 = at(0.90),
                    .p95 = at(0.95),
                    .p99 = at(0.99),
                    .quantile_error = weighted() || !sample.exact() ? kHistogramError : 0};
}

PeerFigures PeerSums::figures(double duration_s) const {
  const bool by_span = peer_ == Peer::genai_perf || peer_ == Peer::aiperf;
  PeerFigures figures;
  figures.peer = peer_;
  figures.completed = completed_;
  figures.failed = failed_;
  figures.duration_s = by_span ? span_.seconds() : duration_s;
  figures.requests_per_s = rate(completed_, figures.duration_s);
  figures.output_tokens_per_s = rate(output_tokens_, figures.duration_s);
  for (std::size_t i = 0; i < kPeerMetrics; ++i) figures.metrics.at(i) = spread(i);
  return figures;
}

}  // namespace spillway::analysis
