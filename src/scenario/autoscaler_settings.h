// What can be set about the search for the number of users.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

#include "load/scaling.h"
#include "scenario/settings.h"

namespace spillway::scenario {

// The rows of the table of settings; bench_settings() contains them.
std::span<const Setting> autoscaler_settings();

// Throws Error for a setting of the autoscaler that was given and would do nothing.
void refuse_autoscaler_without_effect(const Settings& settings);

// Nothing without --enable-autoscaling. Throws Error for a load that has no users to scale, and for
// users outside of their bounds.
std::optional<load::ScalingOptions> read_autoscaler(const Settings& settings);

// Users that the plan must have: those of the start, or the most that there may be.
std::uint64_t planned_users(const Settings& settings);

}  // namespace spillway::scenario
