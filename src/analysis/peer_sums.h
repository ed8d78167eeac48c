// PeerSums: the requests of a phase by the definitions of another benchmark of LLM serving, so that
// a figure of ours can be held against one of its. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "analysis/profile_sums.h"
#include "record/completion_row.h"
#include "stats/histogram.h"
#include "stats/sample.h"

namespace spillway::analysis {

enum class Peer : std::uint8_t { vllm, sglang, genai_perf, aiperf, guidellm };
inline constexpr std::array<std::string_view, 5> kPeerNames = {"vllm", "sglang", "genai-perf",
                                                               "aiperf", "guidellm"};
constexpr std::string_view name_of(Peer peer) {
  return kPeerNames.at(static_cast<std::size_t>(peer));
}

enum class PeerMetric : std::uint8_t { ttft, itl, tpot, e2e };
inline constexpr std::array<std::string_view, 4> kPeerMetricNames = {"ttft_ms", "itl_ms", "tpot_ms",
                                                                     "e2e_ms"};
inline constexpr std::size_t kPeerMetrics = kPeerMetricNames.size();

// The formula in a line, as the report has it; docs/metrics.md has its source.
std::string_view definition_of(Peer peer, PeerMetric metric);
std::string_view throughput_definition_of(Peer peer);

// Values in milliseconds of one request, each as often as the peer counts it.
struct PeerValue {
  double ms = 0;
  std::uint64_t weight = 1;
};
struct PeerValues {
  std::uint64_t output_tokens = 0;
  std::array<std::vector<PeerValue>, kPeerMetrics> values;

  std::vector<PeerValue>& of(PeerMetric metric) {
    return values.at(static_cast<std::size_t>(metric));
  }
};

// Of a request that succeeded. What was not streamed has an e2e and no more.
PeerValues peer_values(Peer peer, const record::CompletionRow& row);

struct PeerSpread {
  std::uint64_t count = 0;  // of values, with their weights
  double mean = 0;
  double p50 = 0;
  double p90 = 0;
  double p95 = 0;
  double p99 = 0;
  double quantile_error = 0;  // of a quantile, relative to itself; 0: exact
};

struct PeerFigures {
  Peer peer{};
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  double duration_s = 0;  // that the rates divide by
  std::optional<double> requests_per_s;
  std::optional<double> output_tokens_per_s;
  std::array<std::optional<PeerSpread>, kPeerMetrics> metrics;
};

class PeerSums {
 public:
  explicit PeerSums(Peer peer);

  void add(const record::CompletionRow& row);
  // Of the same peer.
  void merge(const PeerSums& other);
  // `duration_s`: of the phases, for peers that divide by it.
  PeerFigures figures(double duration_s) const;

 private:
  // GuideLLM's percentile is the smallest value that a share of the weights does not exceed: a
  // histogram's. The others interpolate, as numpy.percentile() does.
  bool weighted() const { return peer_ == Peer::guidellm; }
  std::optional<PeerSpread> spread(std::size_t metric) const;

  Peer peer_;
  std::uint64_t completed_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t output_tokens_ = 0;
  ActiveSpan span_;
  std::array<stats::Sample, kPeerMetrics> samples_;
  std::array<stats::Histogram, kPeerMetrics> histograms_;  // in nanoseconds
};

}  // namespace spillway::analysis
