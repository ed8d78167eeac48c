// SPDX-License-Identifier: Apache-2.0
#include "load/autoscaler.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace spillway::load {
namespace {

constexpr unsigned kCooldown = 3;        // steps, after the load was lowered
constexpr double kGain = 1.01;           // of the peak: less is no gain
constexpr double kEnough = 0.97;         // of the peak
constexpr double kFirstJump = 0.4;       // of the users
constexpr double kJump = 0.2;            // likewise
constexpr double kSmallestJump = 5;      // users
constexpr double kLargestJump = 100;     // users
constexpr std::uint32_t kFineness = 50;  // the distance that is not halved: a 50th of the users
constexpr double kApart = 1.15;          // users that two steps must differ by to be compared

// What rounding must not take off a product that is whole.
std::uint32_t whole(double users) { return static_cast<std::uint32_t>(std::floor(users + 1e-9)); }

bool is_fine(std::uint32_t low, std::uint32_t high) {
  return high - low <= std::max<std::uint32_t>(1, high / kFineness);
}

std::uint32_t middle(std::uint32_t low, std::uint32_t high) { return low + (high - low) / 2; }

Decision hold(std::uint32_t users, std::string reason) {
  return {.action = ScalingAction::hold, .users = users, .reason = std::move(reason)};
}

Decision go(std::uint32_t now, std::uint32_t users, std::string reason) {
  const ScalingAction action = users > now   ? ScalingAction::scale_up
                               : users < now ? ScalingAction::scale_down
                                             : ScalingAction::hold;
  return {.action = action, .users = users, .reason = std::move(reason)};
}

}  // namespace

// The latest word counts: a system that changes makes older steps wrong.
void QosScaler::remember(const StepFigures& step) {
  const bool saturated = step.saturation.value > upper();
  std::erase_if(trials_, [&](const auto& trial) {
    const auto& [users, saturation] = trial;
    const bool was_saturated = saturation.value > upper();
    return saturated ? users > step.users && !was_saturated : users < step.users && was_saturated;
  });
  trials_[step.users] = step.saturation;
}

std::optional<std::uint32_t> QosScaler::most_sustained() const {
  std::optional<std::uint32_t> most;
  for (const auto& [users, saturation] : trials_) {
    if (saturation.value <= upper()) most = users;
  }
  return most;
}

std::optional<std::uint32_t> QosScaler::fewest_saturated() const {
  for (const auto& [users, saturation] : trials_) {
    if (saturation.value > upper()) return users;
  }
  return std::nullopt;
}

Decision QosScaler::decide(const StepFigures& step) {
  remember(step);
  const double saturation = step.saturation.value;
  const bool saturated = saturation > upper();
  if (cooldown_ > 0) {
    --cooldown_;
    return hold(step.users, "waits after the load was lowered");
  }
  if (saturated) return reduce(step);
  saturated_in_a_row_ = 0;
  if (saturation < lower()) return raise(step);
  return hold(step.users,
              fmt::format("saturation {:.2f} is within a tenth of the target", saturation));
}

Decision QosScaler::raise(const StepFigures& step) const {
  const std::uint32_t users = step.users;
  if (users >= options_.max_users) return hold(users, "the most users allowed are not too many");
  const std::optional<std::uint32_t> too_many = fewest_saturated();
  if (too_many && is_fine(users, *too_many)) {
    return hold(users, fmt::format("{} users were too many", *too_many));
  }
  const std::uint32_t more =
      too_many ? middle(users, *too_many)
               : std::clamp(whole(options_.scale_up_factor * users), users + 1, options_.max_users);
  return {.action = ScalingAction::scale_up,
          .users = more,
          .reason = fmt::format("saturation {:.2f} is below 0.9 x target", step.saturation.value)};
}

Decision QosScaler::reduce(const StepFigures& step) {
  const std::uint32_t users = step.users;
  ++saturated_in_a_row_;
  const std::string reason =
      fmt::format("saturation {:.2f} is above 1.1 x target", step.saturation.value);
  if (saturated_in_a_row_ < options_.samples_required) {
    return hold(users, reason + ", for the first time");
  }
  if (users <= options_.min_users) return hold(users, "the fewest users allowed are too many");
  cooldown_ = kCooldown;
  std::uint32_t fewer = std::max(options_.min_users, whole(options_.scale_down_factor * users));
  if (const std::optional<std::uint32_t> sustained = most_sustained()) {
    fewer = is_fine(*sustained, users) ? *sustained : middle(*sustained, users);
  }
  return {
      .action = ScalingAction::scale_down, .users = std::min(fewer, users - 1), .reason = reason};
}

Answer QosScaler::answer() const {
  Answer answer;
  const std::optional<std::uint32_t> sustained = most_sustained();
  const std::optional<std::uint32_t> too_many = fewest_saturated();
  for (const auto& [users, saturation] : trials_) {
    if (saturation.high <= upper()) answer.low = users;
    if (saturation.low > upper() && !answer.high) answer.high = std::max(users, 2U) - 1;
  }
  if (!sustained && !too_many) {
    answer.reason = "no step was long enough to be judged";
  } else if (!sustained) {
    answer.reason = fmt::format("the fewest users tried, {}, were too many", *too_many);
  } else if (trials_.at(*sustained).value >= lower()) {
    answer.users = sustained;
    answer.reason = "saturation is within a tenth of its target";
  } else if (!too_many) {
    answer.reason =
        fmt::format("{} users did not saturate storage, and more were not tried", *sustained);
  } else if (!is_fine(*sustained, *too_many)) {
    answer.reason =
        fmt::format("{} users were not too many and {} were, and there was no time to tell between",
                    *sustained, *too_many);
  } else {
    answer.users = sustained;
    answer.reason = fmt::format("{} users were too many", *too_many);
  }
  if (answer.users) {
    answer.low = std::min(answer.low.value_or(options_.min_users), *answer.users);
    if (answer.high) answer.high = std::max(*answer.high, *answer.users);
  }
  return answer;
}

Decision CapacityScaler::decide(const StepFigures& step) {
  trials_[step.users] = step.tokens_per_s;
  if (searching_) return search(step);
  if (step.tokens_per_s.value > kGain * peak_) {
    peak_ = step.tokens_per_s.value;
    peak_users_ = step.users;
  }
  return refine(step.users);
}

Decision CapacityScaler::search(const StepFigures& step) {
  const bool first = trials_.size() == 1;
  const std::uint32_t now = step.users;
  std::string reason = "no gain";
  if (first || step.tokens_per_s.value > kGain * peak_) {
    peak_ = step.tokens_per_s.value;
    peak_users_ = now;
    without_gain_ = 0;
    jump_ = whole(std::clamp((first ? kFirstJump : kJump) * now, kSmallestJump, kLargestJump));
    reason = first ? "the first step" : "throughput rose";
  } else {
    ++without_gain_;
  }
  const bool ends = without_gain_ >= options_.samples_required || now >= options_.max_users;
  if (!ends) return go(now, std::min(now + jump_, options_.max_users), std::move(reason));
  searching_ = false;
  return refine(now);
}

double CapacityScaler::enough() const { return kEnough * peak_; }

std::optional<std::uint32_t> CapacityScaler::fewest_enough() const {
  for (const auto& [users, tokens] : trials_) {
    if (tokens.value >= enough()) return users;
  }
  return std::nullopt;
}

// Of those below `enough`; nobody needs to try fewer than are allowed.
std::uint32_t CapacityScaler::most_short_of(std::uint32_t enough) const {
  const auto it = trials_.lower_bound(enough);
  return it == trials_.begin() ? options_.min_users - 1 : std::prev(it)->first;
}

Decision CapacityScaler::refine(std::uint32_t now) const {
  const std::uint32_t enough = fewest_enough().value_or(now);
  const std::uint32_t short_of = most_short_of(enough);
  if (is_fine(short_of, enough)) {
    return {.action = ScalingAction::stop, .users = now, .reason = answer().reason};
  }
  return go(now, middle(short_of, enough),
            fmt::format("{} users get the peak; whether fewer do", enough));
}

Answer CapacityScaler::answer() const {
  Answer answer;
  if (trials_.empty()) {
    answer.reason = "no step was long enough to be judged";
    return answer;
  }
  answer.peak_tokens_per_s = peak_;
  const std::uint32_t fewest = fewest_enough().value_or(peak_users_);
  if (peak_users_ >= options_.max_users) {
    answer.low = peak_users_;
    answer.reason = fmt::format("throughput still rose at {} users, the most allowed", peak_users_);
    return answer;
  }
  answer.low = options_.min_users;
  for (const auto& [users, tokens] : trials_) {
    if (users < fewest && tokens.high < enough()) answer.low = users + 1;
    if (users >= fewest && tokens.low >= enough() && !answer.high) answer.high = users;
  }
  if (!answer.high) answer.high = trials_.rbegin()->first;
  if (searching_) {
    answer.reason = fmt::format("throughput still rose at {} users when the run ended", fewest);
  } else if (!is_fine(most_short_of(fewest), fewest)) {
    answer.reason = fmt::format(
        "{} users get the peak, and there was no time to try between {} and "
        "them",
        fewest, most_short_of(fewest));
  } else {
    answer.users = fewest;
    answer.reason = "Peak capacity found";
  }
  return answer;
}

std::unique_ptr<Scaler> make_scaler(ScalingMode mode, const ScalerOptions& options) {
  if (mode == ScalingMode::capacity) return std::make_unique<CapacityScaler>(options);
  return std::make_unique<QosScaler>(options);
}

double SaturationMeter::latency_share(double read_ms, double write_ms) const {
  const double worse = std::max(read_ms / options_.read_p95_ms, write_ms / options_.write_p95_ms);
  return std::clamp(worse, 0.0, 1.0);
}

bool SaturationMeter::on_plateau(const StorageFigures& step) const {
  const StorageFigures* below = nullptr;
  const StorageFigures* above = nullptr;
  for (const auto& [users, figures] : steps_) {
    if (users * kApart <= step.users) below = &figures;
    if (above == nullptr && users >= step.users * kApart) above = &figures;
  }
  if (below == nullptr && above == nullptr) return false;
  const StorageFigures& fewer = below != nullptr ? *below : step;
  const StorageFigures& more = below != nullptr ? step : *above;
  const double users_gain = static_cast<double>(more.users) / fewer.users - 1;
  const bool rate_follows = more.gb_per_s - fewer.gb_per_s >= users_gain / 2 * fewer.gb_per_s;
  const bool latency_rises = more.read_p95_ms.value > fewer.read_p95_ms.value ||
                             more.write_p95_ms.value > fewer.write_p95_ms.value;
  return !rate_follows && latency_rises;
}

stats::Estimate SaturationMeter::add(const StorageFigures& step) {
  const double scale = on_plateau(step) ? 1 : 0.5;
  steps_[step.users] = step;
  const stats::Estimate& read = step.read_p95_ms;
  const stats::Estimate& write = step.write_p95_ms;
  return {.value = scale * latency_share(read.value, write.value),
          .low = scale * latency_share(read.low, write.low),
          .high = scale * latency_share(read.high, write.high)};
}

}  // namespace spillway::load
