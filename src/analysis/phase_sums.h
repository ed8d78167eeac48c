// PhaseSums: what the requests of a phase against a serving endpoint came to, by the DGX Spark
// harness's formulas (section 7.2) and by ours beside them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analysis/goodput.h"
#include "analysis/peer_sums.h"
#include "analysis/profile_sums.h"
#include "record/completion_row.h"
#include "record/drive_record.h"
#include "stats/sample.h"

namespace spillway::analysis {

// One request, as the harness's sums need it.
struct PhaseRow {
  std::optional<double> latency_ms;
  std::optional<double> ttft_ms;
  std::optional<double> ttfc_ms;
  std::optional<double> ttfb_ms;
  std::uint64_t prompt_tokens_est = 0;
  std::uint64_t output_tokens_est = 0;
  bool ok = false;
};

struct Bounds {
  double low = 0;
  double high = 0;
};

struct Spread {
  double min = 0;
  double p50 = 0;
  double p90 = 0;
  double p95 = 0;
  double p99 = 0;
  double max = 0;
  double mean = 0;
};
// To three decimals; nothing for no values.
std::optional<Spread> spread_of(const stats::Sample& sample);

// Between these lie the quantiles behind the sample, with 95 % confidence: nothing where there are
// too few values to say so (p50 6, p95 72, p99 368). Of values that do not depend on each other.
struct QuantileBounds {
  std::optional<Bounds> p50;
  std::optional<Bounds> p95;
  std::optional<Bounds> p99;
};
QuantileBounds bounds_of(const stats::Sample& sample);

// The harness's summary: its latencies are those of all requests, failed ones too. Rounded as
// there.
struct PhaseFigures {
  double duration_s = 0;
  std::uint64_t total_requests = 0;
  std::uint64_t ok_requests = 0;
  std::uint64_t error_requests = 0;
  double error_rate = 0;
  double req_per_s = 0;
  double input_tokens_per_s_est = 0;
  double output_tokens_per_s_est = 0;
  std::optional<Spread> latency_ms;
  std::optional<Spread> ttft_ms;
  std::optional<Spread> ttfc_ms;
  std::optional<Spread> ttfb_ms;
};

// Ours: of requests that succeeded, and nothing that failed in any latency. ITL is every gap
// between two arrivals of text, TPOT the mean gap of a request: (last - first) / (texts - 1).
struct ServedFigures {
  std::optional<Spread> latency_ms;
  QuantileBounds latency_bounds;
  std::optional<Spread> latency_from_due_ms;  // from when the schedule wanted it sent
  QuantileBounds latency_from_due_bounds;
  std::optional<Spread> send_delay_ms;  // from due to sent
  std::optional<Spread> ttft_ms;        // of streams: first text
  QuantileBounds ttft_bounds;
  std::optional<Spread> itl_ms;
  std::optional<Spread> tpot_ms;
  QuantileBounds tpot_bounds;
  std::uint64_t prompt_tokens = 0;      // as the server counted them
  std::uint64_t completion_tokens = 0;  // likewise
  std::uint64_t cached_tokens = 0;      // likewise
  std::uint64_t with_usage = 0;         // answers that carried usage
  std::array<std::uint64_t, record::kCompletionFaults> by_fault{};
};

class PhaseSums {
 public:
  PhaseSums() = default;
  // By the definitions of these peers, too, and judged by these objectives.
  PhaseSums(std::span<const Peer> peers, std::span<const Objective> objectives)
      : peers_(peers.begin(), peers.end()), good_(objectives) {}

  void add(const PhaseRow& row);
  void add(const record::CompletionRow& row);
  void merge(const PhaseSums& other);

  std::uint64_t total() const { return total_; }
  // Arrivals of text, whatever became of the request.
  std::uint64_t texts() const { return texts_; }
  PhaseFigures figures(double duration_s) const;
  ServedFigures served() const;
  const record::DriveLatencies& latencies() const { return latencies_; }
  const ProfileSums& profile() const { return profile_; }
  const std::vector<PeerSums>& peers() const { return peers_; }
  const GoodSums& good() const { return good_; }
  // What the sums have counted; what the load has is left out.
  record::DriveCounts counts() const;
  const std::array<std::uint64_t, record::kCompletionFaults>& faults() const {
    return counts_.by_fault;
  }

 private:
  void add_served(const record::CompletionRow& row);

  std::uint64_t total_ = 0;
  std::uint64_t texts_ = 0;
  std::uint64_t ok_ = 0;
  std::uint64_t input_tokens_ = 0;
  std::uint64_t output_tokens_ = 0;
  stats::Sample latency_;
  stats::Sample ttft_;
  stats::Sample ttfc_;
  stats::Sample ttfb_;
  stats::Sample ok_latency_;
  stats::Sample from_due_;
  stats::Sample send_delay_;
  stats::Sample first_text_;
  stats::Sample itl_;
  stats::Sample tpot_;
  ServedFigures counts_;  // the counters of it
  record::DriveLatencies latencies_;
  ProfileSums profile_;
  std::vector<PeerSums> peers_;
  GoodSums good_;
};

}  // namespace spillway::analysis
