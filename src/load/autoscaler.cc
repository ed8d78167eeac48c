// SPDX-License-Identifier: Apache-2.0
#include "load/autoscaler.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>
#include <vector>

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

Decision go(std::uint32_t from, std::uint32_t to, std::string reason) {
  ScalingAction action = ScalingAction::hold;
  if (to > from) action = ScalingAction::scale_up;
  if (to < from) action = ScalingAction::scale_down;
  return {.action = action, .users = to, .reason = std::move(reason)};
}

}  // namespace

double SaturationMeter::load_of(double read_ms, double write_ms, double queue_depth) const {
  return std::max({read_ms / options_.read_p95_ms, write_ms / options_.write_p95_ms,
                   queue_depth / options_.queue_depth});
}

bool SaturationMeter::on_plateau(std::uint32_t users) const {
  const auto here = steps_.find(users);
  auto low = here;
  auto high = here;
  for (auto it = steps_.begin(); it != here; ++it) {
    if (it->first * kApart <= users) low = it;
  }
  if (low == here) {
    high = std::find_if(here, steps_.end(),
                        [&](const auto& step) { return step.first >= users * kApart; });
  }
  if (high == steps_.end() || low == high) {
    low = here == steps_.begin() ? here : std::prev(here);
    high = std::next(here) == steps_.end() ? here : std::next(here);
  }
  const StorageFigures& fewer = low->second;
  const StorageFigures& more = high->second;
  const double gain = static_cast<double>(high->first) / low->first - 1;
  if (gain + 1 < kApart) return false;  // too near to each other to tell
  return more.gb_per_s - fewer.gb_per_s < gain / 2 * fewer.gb_per_s;
}

stats::Estimate SaturationMeter::of(std::uint32_t users) const {
  if (steps_.at(users).falls_behind) return {.value = 1, .low = 1, .high = 1};
  const double scale = on_plateau(users) ? 1 : 0.5;
  const stats::Estimate& read = steps_.at(users).read_p95_ms;
  const stats::Estimate& write = steps_.at(users).write_p95_ms;
  const auto saturation = [&](double read_ms, double write_ms) {
    return std::clamp(scale * load_of(read_ms, write_ms, steps_.at(users).queue_depth), 0.0, 1.0);
  };
  return {.value = saturation(read.value, write.value),
          .low = saturation(read.low, write.low),
          .high = saturation(read.high, write.high)};
}

// The latest word counts: a system that changes makes older steps wrong.
void QosScaler::remember(const StepFigures& step) {
  meter_.add(step.users, step.storage);
  const bool saturated = saturates(step.users);
  std::vector<std::uint32_t> refuted;
  for (const auto& [users, figures] : meter_.steps()) {
    const bool contradicts = saturated ? users > step.users : users < step.users;
    if (contradicts && saturates(users) != saturated) refuted.push_back(users);
  }
  for (const std::uint32_t users : refuted) meter_.forget(users);
}

std::optional<std::uint32_t> QosScaler::most_sustained() const {
  std::optional<std::uint32_t> most;
  for (const auto& [users, figures] : meter_.steps()) {
    if (!saturates(users)) most = users;
  }
  return most;
}

std::optional<std::uint32_t> QosScaler::fewest_saturated() const {
  for (const auto& [users, figures] : meter_.steps()) {
    if (saturates(users)) return users;
  }
  return std::nullopt;
}

Decision QosScaler::decide(const StepFigures& step) {
  remember(step);
  if (cooldown_ > 0) {
    --cooldown_;
    return hold(step.users, "waits after the load was lowered");
  }
  if (saturates(step.users)) return reduce(step.users);
  saturated_in_a_row_ = 0;
  const double saturation = meter_.of(step.users).value;
  if (saturation < lower()) return raise(step.users);
  return hold(step.users,
              fmt::format("saturation {:.2f} is within a tenth of the target", saturation));
}

Decision QosScaler::raise(std::uint32_t users) const {
  if (users >= options_.max_users) return hold(users, "the most users allowed are not too many");
  const std::optional<std::uint32_t> too_many = fewest_saturated();
  if (too_many && is_fine(users, *too_many)) {
    return hold(users, fmt::format("{} users were too many", *too_many));
  }
  const std::uint32_t more =
      too_many ? middle(users, *too_many)
               : std::clamp(whole(options_.scale_up_factor * users), users + 1, options_.max_users);
  return go(users, more,
            fmt::format("saturation {:.2f} is below 0.9 x target", meter_.of(users).value));
}

Decision QosScaler::reduce(std::uint32_t users) {
  ++saturated_in_a_row_;
  const std::string reason =
      fmt::format("saturation {:.2f} is above 1.1 x target", meter_.of(users).value);
  if (saturated_in_a_row_ < options_.samples_required) return hold(users, reason);
  if (users <= options_.min_users) return hold(users, "the fewest users allowed are too many");
  cooldown_ = kCooldown;
  std::uint32_t fewer = std::max(options_.min_users, whole(options_.scale_down_factor * users));
  if (const std::optional<std::uint32_t> sustained = most_sustained()) {
    fewer = is_fine(*sustained, users) ? *sustained : middle(*sustained, users);
  }
  return go(users, std::min(fewer, users - 1), reason);
}

Answer QosScaler::verdict() const {
  Answer answer;
  const std::optional<std::uint32_t> sustained = most_sustained();
  const std::optional<std::uint32_t> too_many = fewest_saturated();
  if (!sustained && !too_many) {
    answer.reason = "no step was long enough to be judged";
  } else if (!sustained) {
    answer.reason = fmt::format("the fewest users tried, {}, were too many", *too_many);
  } else if (meter_.of(*sustained).value >= lower()) {
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
  return answer;
}

Answer QosScaler::answer() const {
  Answer answer = verdict();
  for (const auto& [users, figures] : meter_.steps()) {
    const stats::Estimate saturation = meter_.of(users);
    if (saturation.high <= upper()) answer.low = users;
    if (saturation.low > upper() && !answer.high) answer.high = std::max(users, 2U) - 1;
  }
  if (!answer.users) return answer;
  answer.low = std::min(answer.low.value_or(options_.min_users), *answer.users);
  if (answer.high) answer.high = std::max(*answer.high, *answer.users);
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
  Decision stop = {.action = ScalingAction::stop, .users = now, .reason = answer().reason};
  if (peak_users_ >= options_.max_users) return stop;
  const std::uint32_t enough = fewest_enough().value_or(now);
  const std::uint32_t short_of = most_short_of(enough);
  if (is_fine(short_of, enough)) return stop;
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

}  // namespace spillway::load
