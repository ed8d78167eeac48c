// Autoscaler: what number of users to try next, and which one is the answer. Decisions only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "record/autoscaling.h"
#include "stats/mean_interval.h"

namespace spillway::load {

using record::ScalingAction;
using record::ScalingMode;

// Defaults here and below: MLPerf KV-cache benchmark (v3.0 preview, April 2026), config sections
// `autoscaler` and `saturation_detection`.
struct SaturationOptions {
  double read_p95_ms = 100;
  double write_p95_ms = 50;
  double queue_depth = 100;  // requests that wait
};

struct ScalerOptions {
  std::uint32_t initial_users = 1;
  std::uint32_t min_users = 1;
  std::uint32_t max_users = 10000;
  unsigned samples_required = 2;  // steps that agree before the load is lowered or the search ends
  // Of qos.
  double target_saturation = 0.8;
  double scale_up_factor = 1.2;
  double scale_down_factor = 0.8;
  SaturationOptions saturation = {};
};

// What storage did in a step, and whether requests came faster than they were served.
struct StorageFigures {
  double gb_per_s = 0;
  stats::Estimate read_p95_ms;   // zeros: nothing was read
  stats::Estimate write_p95_ms;  // likewise
  bool falls_behind = false;     // of an open loop: its backlog grows
  double queue_depth = 0;        // requests that waited to be served, mean over time
};

// How saturated storage is, 0 to 1: the worst of P95 / threshold of reads and writes and of queue
// depth / threshold, halved unless it is on its plateau; 1 when it falls behind. So twice the
// threshold is saturation in any case.
//
// It is on its plateau when its rate rose by less than half as much as the users (10 % for 20 %):
// from the step with the most users of those with 15 % fewer, or, where there is none, to the step
// with the fewest of those with 15 % more, or, where there is none either, from the next step below
// to the next one above. Each new step may change what the others mean. After the sampling rule of
// the benchmark, with steps in the place of samples.
class SaturationMeter {
 public:
  explicit SaturationMeter(const SaturationOptions& options) : options_(options) {}

  // A later step at the same number of users replaces the earlier one.
  void add(std::uint32_t users, const StorageFigures& step) { steps_[users] = step; }
  void forget(std::uint32_t users) { steps_.erase(users); }
  stats::Estimate of(std::uint32_t users) const;
  const std::map<std::uint32_t, StorageFigures>& steps() const { return steps_; }

 private:
  bool on_plateau(std::uint32_t users) const;
  double load_of(double read_ms, double write_ms, double queue_depth) const;

  SaturationOptions options_;
  std::map<std::uint32_t, StorageFigures> steps_;
};

// What one step of the load showed, of that step alone, with 95 % intervals.
struct StepFigures {
  std::uint32_t users = 1;
  stats::Estimate tokens_per_s;
  StorageFigures storage;
};

struct Decision {
  ScalingAction action = ScalingAction::hold;
  std::uint32_t users = 1;  // from now on
  std::string reason;
};

// `users` is nothing when the steps so far do not tell. Its 95 % interval, as far as it is known:
// capacity: above the most users who surely get less than the peak; up to the fewest who surely get
// it, or the most that were tried. qos: from the most users who surely do not saturate storage to
// just below the fewest who surely do.
struct Answer {
  std::optional<std::uint32_t> users;
  std::optional<std::uint32_t> low;
  std::optional<std::uint32_t> high;
  std::optional<double> peak_tokens_per_s;
  std::string reason;
};

// Fed with one step after the other, each at the users that the decision before set.
class Scaler {
 public:
  virtual ~Scaler() = default;
  virtual Decision decide(const StepFigures& step) = 0;
  virtual Answer answer() const = 0;
};

// Holds the saturation of storage at a target. Above 1.1 x target, twice, the users become 0.8
// times as many, and three steps are waited; below 0.9 x target they become 1.2 times as many.
// Once one number was too many and a smaller one was not, it halves the distance between the two
// until it is 2 %, or the band is met, and stays there. Rules: the benchmark above, qos mode.
class QosScaler final : public Scaler {
 public:
  explicit QosScaler(const ScalerOptions& options)
      : options_(options), meter_(options.saturation) {}
  Decision decide(const StepFigures& step) override;
  Answer answer() const override;

 private:
  double upper() const { return 1.1 * options_.target_saturation; }
  double lower() const { return 0.9 * options_.target_saturation; }
  bool saturates(std::uint32_t users) const { return meter_.of(users).value > upper(); }
  void remember(const StepFigures& step);
  Decision raise(std::uint32_t users) const;
  Decision reduce(std::uint32_t users);
  Answer verdict() const;
  std::optional<std::uint32_t> most_sustained() const;
  std::optional<std::uint32_t> fewest_saturated() const;

  ScalerOptions options_;
  SaturationMeter meter_;
  unsigned saturated_in_a_row_ = 0;
  unsigned cooldown_ = 0;
};

// Looks for peak throughput. Upwards by 40 % of the users, then 20 % after each gain of more than
// 1 %, 5 to 100 at a time, until two steps in a row gain nothing; then halves the distance between
// the most users who get less than 97 % of the peak and the fewest who get that, until it is 2 %.
// The latter are the answer: in a closed loop of think time Z and demand D that is the knee of the
// asymptotic bounds, (D + Z) / D_max (Lazowska et al., "Quantitative System Performance", 5.2), to
// within a few per cent: a sharp knee has its peak there, a round one 95 % of it.
// Rules of the search: the benchmark above, capacity mode.
class CapacityScaler final : public Scaler {
 public:
  explicit CapacityScaler(const ScalerOptions& options) : options_(options) {}
  Decision decide(const StepFigures& step) override;
  Answer answer() const override;

 private:
  Decision search(const StepFigures& step);
  Decision refine(std::uint32_t now) const;
  double enough() const;
  std::optional<std::uint32_t> fewest_enough() const;
  std::uint32_t most_short_of(std::uint32_t enough) const;

  ScalerOptions options_;
  std::map<std::uint32_t, stats::Estimate> trials_;  // the latest at each number of users
  bool searching_ = true;
  double peak_ = 0;
  std::uint32_t peak_users_ = 0;
  std::uint32_t jump_ = 0;
  unsigned without_gain_ = 0;
};

std::unique_ptr<Scaler> make_scaler(ScalingMode mode, const ScalerOptions& options);

}  // namespace spillway::load
