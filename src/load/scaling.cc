// SPDX-License-Identifier: Apache-2.0
#include "load/scaling.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include "core/error.h"
#include "stats/steady_state.h"

namespace spillway::load {
namespace {

constexpr double kConfidence = 0.95;
constexpr double kP95 = 0.95;

// Answers that each user has had, and all together, before a step is judged: a closed loop has then
// gone round with this many users.
constexpr std::uint64_t kAnswersEach = 2;
constexpr std::uint64_t kFewestAnswers = 10;

// How well throughput is known, as a share of it, before capacity mode compares it: what it takes
// for less than the peak.
constexpr double kPrecision = 0.03;

// A closed loop cannot send more than it has got back by more than its users. An open loop that
// does, and by this share more, builds up a backlog.
constexpr double kBacklog = 0.02;

// The load has followed when so large a share of the users is sending.
constexpr double kFollowed = 0.05;

double p95_ms(const stats::Histogram& nanoseconds) {
  return static_cast<double>(nanoseconds.quantile(kP95)) / 1e6;
}

std::optional<double> p95_or_none(const stats::Histogram& nanoseconds) {
  if (nanoseconds.empty()) return std::nullopt;
  return p95_ms(nanoseconds);
}

template <typename Figure>
std::vector<double> series(std::span<const Slice> windows, Figure figure) {
  std::vector<double> values;
  values.reserve(windows.size());
  for (const Slice& window : windows) values.push_back(figure(window));
  return values;
}

// A window without a value repeats the one before.
std::vector<double> p95_series(std::span<const Slice> windows, stats::Histogram Slice::* which) {
  double last = 0;
  return series(windows, [&](const Slice& window) {
    const stats::Histogram& histogram = window.*which;
    if (!histogram.empty()) last = p95_ms(histogram);
    return last;
  });
}

// The P95 of all windows, as uncertain as the mean of the windows' own.
stats::Estimate p95_estimate(std::span<const Slice> windows, const Slice& all,
                             stats::Histogram Slice::* which) {
  if ((all.*which).empty()) return {};
  const double value = p95_ms(all.*which);
  const std::vector<double> values = p95_series(windows, which);
  const auto interval = stats::mean_interval(values, kConfidence);
  const double half = interval ? interval->high - interval->value : 0;
  return {.value = value, .low = std::max(0.0, value - half), .high = value + half};
}

Slice merged(std::span<const Slice> windows) {
  Slice all = windows.front();
  for (const Slice& window : windows.subspan(1)) all.merge(window);
  return all;
}

double mean_users(std::span<const Slice> windows) {
  std::uint64_t users = 0;
  for (const Slice& window : windows) users += window.users;
  return static_cast<double>(users) / static_cast<double>(windows.size());
}

double per_second(std::uint64_t count, const Slice& all) {
  return static_cast<double>(count) / all.seconds();
}

bool falls_behind(const Slice& all, double users) {
  const auto completed = static_cast<double>(all.completed);
  return static_cast<double>(all.sent) > (1 + kBacklog) * completed + users;
}

record::ScalingStep step_record(const Slice& all) {
  record::ScalingStep step;
  step.measured_from_ns = all.start;
  step.end_ns = all.end;
  step.completed = all.completed;
  step.sent_per_s = per_second(all.sent, all);
  step.completed_per_s = per_second(all.completed, all);
  step.ttft_p95_ms = p95_or_none(all.ttft);
  step.tier_time_p95_ms = p95_or_none(all.tier_time);
  step.storage_read_p95_ms = p95_or_none(all.storage_read);
  step.storage_write_p95_ms = p95_or_none(all.storage_write);
  step.storage_gb_per_s = per_second(all.storage_bytes, all) / 1e9;
  // Little's law: the waiting of all per time is the mean number of those who wait.
  step.queue_depth = static_cast<double>(all.waited) / static_cast<double>(all.end - all.start);
  return step;
}

}  // namespace

Scaling::Scaling(const ScalingOptions& options, unsigned shards, Control& control)
    : options_(options),
      control_(control),
      users_(options.scaler.initial_users),
      shards_(shards),
      scaler_(make_scaler(options.mode, options.scaler)),
      saturation_(options.scaler.saturation) {
  check(options.windows >= stats::kFewestSteadyWindows, "a step has windows enough to be judged");
}

double Scaling::tokens_per_s(const Slice& slice) const {
  return per_second(options_.counted == Counted::answers ? slice.output_tokens : slice.input_tokens,
                    slice);
}

void Scaling::add(std::uint64_t number, const Slice& slice) {
  const MutexLock lock(mutex_);
  if (slice.step != step_ || stopped_) return;
  Pending& pending = pending_[number];
  if (pending.shards == 0) {
    pending.slice = slice;
  } else {
    pending.slice.merge(slice);
  }
  ++pending.shards;
  take_complete();
}

void Scaling::leave() {
  const MutexLock lock(mutex_);
  --shards_;
  take_complete();
}

// In the order of the windows; a step that begins meanwhile has none yet.
void Scaling::take_complete() {
  while (!pending_.empty() && pending_.begin()->second.shards >= shards_) {
    const Slice window = std::move(pending_.begin()->second.slice);
    pending_.erase(pending_.begin());
    // The machine stalled for most of it: a rate over what is left means nothing.
    if (Duration(window.end - window.start) < this->window() / 2) continue;
    add_window(window);
  }
}

void Scaling::add_window(const Slice& window) {
  windows_.push_back(window);
  if (const std::optional<Measured> part = measured()) judge(*part);
}

bool Scaling::answered_enough(std::size_t from) const {
  const std::span<const Slice> windows = std::span(windows_).subspan(from);
  std::uint64_t answers = 0;
  for (const Slice& window : windows) answers += window.completed;
  return answers >= std::max(kFewestAnswers, kAnswersEach * windows.back().users);
}

bool Scaling::precise_enough(std::size_t from) const {
  if (options_.mode == ScalingMode::qos) return true;
  const std::optional<stats::Estimate> tokens = throughput(from);
  return tokens && tokens->high - tokens->value <= kPrecision * tokens->value;
}

std::vector<double> Scaling::token_series(std::size_t from) const {
  return series(std::span(windows_).subspan(from),
                [this](const Slice& window) { return tokens_per_s(window); });
}

std::optional<stats::Estimate> Scaling::throughput(std::size_t from) const {
  return stats::mean_interval(token_series(from), kConfidence);
}

// Which part of the step counts, once it is over.
std::optional<Scaling::Measured> Scaling::measured() const {
  if (windows_.size() < options_.windows) return std::nullopt;
  const bool longest = windows_.size() >= most_windows();
  const auto tokens = stats::steady_from(token_series(0));
  const auto latency = stats::steady_from(p95_series(windows_, &Slice::tier_time));
  if (tokens && latency) {
    const std::size_t from = std::max(*tokens, *latency);
    const bool known = answered_enough(from) && precise_enough(from);
    if (known || longest) return Measured{.from = from, .steady = true};
  }
  if (longest) return Measured{.from = windows_.size() / 2, .steady = false};
  return std::nullopt;
}

void Scaling::judge(const Measured& part) {
  const std::span<const Slice> windows = std::span(windows_).subspan(part.from);
  const Slice all = merged(windows);
  record::ScalingStep step = step_record(all);
  step.users = users_;
  step.users_sending = mean_users(windows);
  step.start_ns = windows_.front().start;
  step.windows = windows.size();
  step.steady = part.steady;
  step.tokens_per_s = throughput(part.from).value_or(stats::Estimate{});
  const StorageFigures storage = {.gb_per_s = step.storage_gb_per_s,
                                  .read_p95_ms = p95_estimate(windows, all, &Slice::storage_read),
                                  .write_p95_ms = p95_estimate(windows, all, &Slice::storage_write),
                                  .falls_behind = falls_behind(all, step.users_sending),
                                  .queue_depth = step.queue_depth};
  saturation_.add(users_, storage);
  step.saturation = saturation_.of(users_);
  const Decision next = decide(
      step.users_sending, {.users = users_, .tokens_per_s = step.tokens_per_s, .storage = storage});
  step.action = next.action;
  step.reason = next.reason;
  steps_.push_back(std::move(step));
  if (next.action == ScalingAction::stop) {
    stopped_ = true;
    control_.request_stop();
  } else {
    begin_step(next.users);
  }
}

// A step whose load is not what was asked for says nothing about that load.
Decision Scaling::decide(double sending, const StepFigures& figures) {
  const double asked = figures.users;
  if (std::abs(sending - asked) <= std::max(0.5, kFollowed * asked)) {
    not_followed_ = 0;
    return scaler_->decide(figures);
  }
  const std::string reason =
      fmt::format("the load did not follow: {} users were asked for and {:.1f} were sending",
                  figures.users, sending);
  if (++not_followed_ < options_.scaler.samples_required) {
    return {.action = ScalingAction::hold, .users = figures.users, .reason = reason};
  }
  gave_up_ = reason;
  return {.action = ScalingAction::stop, .users = figures.users, .reason = reason};
}

void Scaling::begin_step(std::uint32_t users) {
  users_ = users;
  ++step_;
  pending_.clear();
  windows_.clear();
  control_.set_users(step_, users);
}

record::Autoscaling Scaling::result() const {
  const MutexLock lock(mutex_);
  const Answer answer = scaler_->answer();
  record::Autoscaling result;
  result.mode = options_.mode;
  if (options_.mode == ScalingMode::qos) {
    result.target_saturation = options_.scaler.target_saturation;
  }
  result.initial_users = options_.scaler.initial_users;
  result.final_users = users_;
  result.steps = steps_;
  result.users = answer.users;
  result.users_low = answer.low;
  result.users_high = answer.high;
  result.peak_tokens_per_s = answer.peak_tokens_per_s;
  result.reason = answer.reason;
  if (!gave_up_.empty()) result.reason += "; " + gave_up_;
  if (!answer.users && !stopped_) {
    result.reason += fmt::format("; the last step, of {} users, had {} windows and was not over",
                                 users_.load(), windows_.size());
  }
  return result;
}

}  // namespace spillway::load
