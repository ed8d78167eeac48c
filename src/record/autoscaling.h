// Autoscaling: what a run that looked for its number of users tried, and what it found.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stats/mean_interval.h"

namespace spillway::record {

// qos: the most users whom storage serves unsaturated. capacity: the fewest who get its peak.
enum class ScalingMode : std::uint8_t { qos, capacity };
inline constexpr std::array<std::string_view, 2> kScalingModes = {"qos", "capacity"};
constexpr std::string_view name_of(ScalingMode mode) {
  return kScalingModes.at(static_cast<std::size_t>(mode));
}

enum class ScalingAction : std::uint8_t { hold, scale_up, scale_down, stop };
inline constexpr std::array<std::string_view, 4> kScalingActions = {"hold", "scale_up",
                                                                    "scale_down", "stop"};
constexpr std::string_view name_of(ScalingAction action) {
  return kScalingActions.at(static_cast<std::size_t>(action));
}

// One setting of the load for as long as it took to judge it. All figures are of requests that were
// due in it, from `measured_from_ns` on.
struct ScalingStep {
  std::uint64_t users = 0;            // asked for
  double users_sending = 0;           // measured
  std::int64_t start_ns = 0;          // on the run's clock
  std::int64_t measured_from_ns = 0;  // its beginning is left out
  std::int64_t end_ns = 0;
  std::uint64_t windows = 0;    // measured
  bool steady = false;          // it had settled; otherwise it was given up after its longest time
  std::uint64_t completed = 0;  // requests
  double sent_per_s = 0;        // requests
  double completed_per_s = 0;   // requests
  stats::Estimate tokens_per_s{};
  std::optional<double> ttft_p95_ms = std::nullopt;
  std::optional<double> tier_time_p95_ms = std::nullopt;
  std::optional<double> storage_read_p95_ms = std::nullopt;
  std::optional<double> storage_write_p95_ms = std::nullopt;
  double storage_gb_per_s = 0;
  double queue_depth = 0;  // requests that waited to be served
  stats::Estimate saturation{};
  ScalingAction action = ScalingAction::hold;  // what followed
  std::string reason;                          // why
};

struct Autoscaling {
  ScalingMode mode = ScalingMode::qos;
  std::optional<double> target_saturation = std::nullopt;  // of qos
  std::uint64_t initial_users = 0;
  std::uint64_t final_users = 0;
  std::vector<ScalingStep> steps;
  // The answer; nothing when the run did not find it. The interval is kept as far as it is known.
  std::optional<std::uint64_t> users = std::nullopt;
  std::optional<std::uint64_t> users_low = std::nullopt;
  std::optional<std::uint64_t> users_high = std::nullopt;
  std::optional<double> peak_tokens_per_s = std::nullopt;  // of capacity
  std::string reason;  // why it ended with this answer, or what was missing

  bool decided() const { return users.has_value(); }
};

}  // namespace spillway::record
