// Scaling: cuts a run into steps of different load, judges each when it is steady, and sets the
// next one's users. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/mutex.h"
#include "core/time.h"
#include "load/autoscaler.h"
#include "load/control.h"
#include "load/slice.h"
#include "record/autoscaling.h"

namespace spillway::load {

// Throughput counts answer tokens, or prompt tokens where there are no answers.
enum class Counted : std::uint8_t { answers, prompts };

struct ScalingOptions {
  ScalingMode mode = ScalingMode::qos;
  ScalerOptions scaler;
  // Of a step, when it is steady from the first; the benchmark samples as often.
  Duration step = std::chrono::seconds(10);
  Counted counted = Counted::answers;
  std::size_t windows =
      10;  // into which a step is cut, ten at least; it has 6 times as many at most
};

// Shared by the shards of a run: each hands in its slice of every window, and whoever hands in the
// last one of a step decides. What a step is judged by is of that step alone.
//
// A step has so many windows at least, and six times as many at most. It is over once its
// throughput and its P95 of the time in tiers are steady, each user has had two answers in the
// windows that are measured, and, in capacity mode, throughput is known to 3 %.
class Scaling {
 public:
  Scaling(const ScalingOptions& options, unsigned shards, Control& control);

  Duration window() const { return options_.step / static_cast<Duration::rep>(options_.windows); }
  // `number`: of the window, the same on every shard; slices of a step that is over are dropped.
  void add(std::uint64_t number, const Slice& slice);
  // A shard has ended; the others go on without it.
  void leave();

  // That the run is asked to have at this moment. From any thread.
  std::uint32_t users() const { return users_; }
  record::Autoscaling result() const;

 private:
  static constexpr std::size_t kLongest = 6;  // times the shortest step

  struct Pending {
    unsigned shards = 0;
    Slice slice;
  };
  // The windows of a step that count, and whether they do because it was steady.
  struct Measured {
    std::size_t from = 0;
    bool steady = false;
  };

  void take_complete() SPILLWAY_REQUIRES(mutex_);
  void add_window(const Slice& window) SPILLWAY_REQUIRES(mutex_);
  std::optional<Measured> measured() const SPILLWAY_REQUIRES(mutex_);
  bool precise_enough(std::size_t from) const SPILLWAY_REQUIRES(mutex_);
  std::vector<double> token_series(std::size_t from) const SPILLWAY_REQUIRES(mutex_);
  std::optional<stats::Estimate> throughput(std::size_t from) const SPILLWAY_REQUIRES(mutex_);
  bool answered_enough(std::size_t from) const SPILLWAY_REQUIRES(mutex_);
  void judge(const Measured& part) SPILLWAY_REQUIRES(mutex_);
  Decision decide(double sending, const StepFigures& figures) SPILLWAY_REQUIRES(mutex_);
  void begin_step(std::uint32_t users) SPILLWAY_REQUIRES(mutex_);
  std::size_t most_windows() const { return kLongest * options_.windows; }
  double tokens_per_s(const Slice& slice) const;

  ScalingOptions options_;
  Control& control_;
  std::atomic<std::uint32_t> users_;

  mutable Mutex mutex_;
  unsigned shards_ SPILLWAY_GUARDED_BY(mutex_);
  std::uint64_t step_ SPILLWAY_GUARDED_BY(mutex_) = 0;
  std::map<std::uint64_t, Pending> pending_ SPILLWAY_GUARDED_BY(mutex_);
  std::vector<Slice> windows_ SPILLWAY_GUARDED_BY(mutex_);  // of the step under way
  std::unique_ptr<Scaler> scaler_ SPILLWAY_GUARDED_BY(mutex_);
  SaturationMeter saturation_ SPILLWAY_GUARDED_BY(mutex_);
  std::vector<record::ScalingStep> steps_ SPILLWAY_GUARDED_BY(mutex_);
  unsigned not_followed_ SPILLWAY_GUARDED_BY(mutex_) = 0;
  std::string gave_up_ SPILLWAY_GUARDED_BY(mutex_);
  bool stopped_ SPILLWAY_GUARDED_BY(mutex_) = false;
};

}  // namespace spillway::load
