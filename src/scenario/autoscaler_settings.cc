// SPDX-License-Identifier: Apache-2.0
#include "scenario/autoscaler_settings.h"

#include <fmt/core.h>

#include <vector>

#include "core/error.h"

namespace spillway::scenario {
namespace {

constexpr std::string_view kScaling = "Autoscaling";

// NOLINTNEXTLINE(readability-function-size): a table, no logic.
const std::vector<Setting>& table() {
  static const std::vector<Setting> rows = {
      {.name = "enable-autoscaling",
       .kind = Kind::flag,
       .initial = "off",
       .group = kScaling,
       .help = "changes the number of users while the run goes on, from --num-users, and answers "
               "how many can be served"},
      {.name = "autoscaler-mode",
       .kind = Kind::choice,
       .initial = "qos",
       .group = kScaling,
       .help = "qos: the most users below --target-saturation; capacity: the fewest who get peak "
               "throughput, which ends the run",
       .choices = {"qos", "capacity"}},
      {.name = "target-saturation",
       .kind = Kind::number,
       .initial = "0.8",
       .group = kScaling,
       .help = "saturation of storage to hold in qos mode, 0 to 1",
       .low = 0,
       .high = 1},
      {.name = "autoscaler-step",
       .kind = Kind::number,
       .initial = "10",
       .group = kScaling,
       .help = "seconds at one number of users, when it is steady at once; up to six times as long",
       .low = 1e-3,
       .high = 1e6},
      {.name = "autoscaler-min-users",
       .kind = Kind::integer,
       .initial = "1",
       .group = kScaling,
       .help = "the fewest users",
       .low = 1,
       .high = 1e6},
      {.name = "autoscaler-max-users",
       .kind = Kind::integer,
       .initial = "10000",
       .group = kScaling,
       .help = "the most users; with --trace it has to be given, as the trace is dealt to them",
       .low = 1,
       .high = 1e6},
      {.name = "autoscaler-scale-up-factor",
       .kind = Kind::number,
       .initial = "1.2",
       .group = kScaling,
       .help = "by which qos mode multiplies the users while storage is not saturated",
       .low = 1.01,
       .high = 10},
      {.name = "autoscaler-scale-down-factor",
       .kind = Kind::number,
       .initial = "0.8",
       .group = kScaling,
       .help = "by which qos mode multiplies the users when it is",
       .low = 0.1,
       .high = 0.99},
      {.name = "autoscaler-consecutive-samples-required",
       .kind = Kind::integer,
       .initial = "2",
       .group = kScaling,
       .help = "steps in a row that must be saturated, or gain nothing, before that counts",
       .low = 1,
       .high = 100},
      {.name = "saturation-detection-read-latency-p95-threshold-ms",
       .kind = Kind::number,
       .initial = "100",
       .group = kScaling,
       .help = "P95 of storage reads that is saturation 1 in qos mode",
       .low = 1e-6,
       .high = 1e9},
      {.name = "saturation-detection-write-latency-p95-threshold-ms",
       .kind = Kind::number,
       .initial = "50",
       .group = kScaling,
       .help = "likewise of storage writes",
       .low = 1e-6,
       .high = 1e9},
      {.name = "saturation-detection-queue-depth-threshold",
       .kind = Kind::number,
       .initial = "100",
       .group = kScaling,
       .help = "waiting requests that are saturation 1 in qos mode",
       .low = 1e-6,
       .high = 1e9},
      {.name = "saturation-detection-history-window-size",
       .kind = Kind::integer,
       .initial = "10",
       .group = kScaling,
       .help = "windows that a step is cut into",
       .low = 10,
       .high = 1000},
  };
  return rows;
}

bool is_on(const Settings& settings) { return settings.flag("enable-autoscaling"); }

std::uint32_t users(const Settings& settings, std::string_view name) {
  return static_cast<std::uint32_t>(settings.integer(name));
}

void check_load(const Settings& settings) {
  const std::string& arrival = settings.text("arrival");
  if (arrival != "closed" && arrival != "users") {
    throw Error(fmt::format(
        "--enable-autoscaling: --arrival {} has no users to add; use closed or users", arrival));
  }
  if (settings.is_set("trace") && !settings.was_given("autoscaler-max-users")) {
    throw Error(
        "--enable-autoscaling: a trace is dealt to all the users there may be; give "
        "--autoscaler-max-users");
  }
}

}  // namespace

std::span<const Setting> autoscaler_settings() { return table(); }

void refuse_autoscaler_without_effect(const Settings& settings) {
  if (!is_on(settings)) {
    for (const Setting& row : table()) {
      if (row.name != "enable-autoscaling") {
        settings.refuse_given({row.name}, "without --enable-autoscaling");
      }
    }
  } else if (settings.text("autoscaler-mode") == "capacity") {
    settings.refuse_given(
        {"target-saturation", "autoscaler-scale-up-factor", "autoscaler-scale-down-factor",
         "saturation-detection-read-latency-p95-threshold-ms",
         "saturation-detection-write-latency-p95-threshold-ms",
         "saturation-detection-queue-depth-threshold"},
        "with --autoscaler-mode capacity");
  }
}

std::optional<load::ScalingOptions> read_autoscaler(const Settings& settings) {
  if (!is_on(settings)) return std::nullopt;
  check_load(settings);
  load::ScalingOptions options;
  options.mode = settings.text("autoscaler-mode") == "capacity" ? load::ScalingMode::capacity
                                                                : load::ScalingMode::qos;
  options.scaler = {
      .initial_users = users(settings, "num-users"),
      .min_users = users(settings, "autoscaler-min-users"),
      .max_users = users(settings, "autoscaler-max-users"),
      .samples_required =
          static_cast<unsigned>(settings.integer("autoscaler-consecutive-samples-required")),
      .target_saturation = settings.number("target-saturation"),
      .scale_up_factor = settings.number("autoscaler-scale-up-factor"),
      .scale_down_factor = settings.number("autoscaler-scale-down-factor"),
      .saturation = {
          .read_p95_ms = settings.number("saturation-detection-read-latency-p95-threshold-ms"),
          .write_p95_ms = settings.number("saturation-detection-write-latency-p95-threshold-ms"),
          .queue_depth = settings.number("saturation-detection-queue-depth-threshold")}};
  options.windows = settings.integer("saturation-detection-history-window-size");
  options.step = settings.seconds("autoscaler-step");
  if (settings.flag("prefill-only")) options.counted = load::Counted::prompts;
  const load::ScalerOptions& scaler = options.scaler;
  if (scaler.initial_users < scaler.min_users || scaler.initial_users > scaler.max_users) {
    throw Error(fmt::format(
        "--num-users {}: expected --autoscaler-min-users to --autoscaler-max-users, {} to {}",
        scaler.initial_users, scaler.min_users, scaler.max_users));
  }
  return options;
}

std::uint64_t planned_users(const Settings& settings) {
  return settings.integer(is_on(settings) ? "autoscaler-max-users" : "num-users");
}

}  // namespace spillway::scenario
