// What a run against a serving endpoint was told, and where it ran, for its record.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "analysis/drive_run.h"
#include "record/run.h"
#include "scenario/drive_settings.h"
#include "scenario/settings.h"

namespace spillway::scenario {

// Every setting with the value in effect. What the run put in the place of what was given (the
// model's name, the endpoint of our own and what follows from it) is `resolved`.
std::vector<record::Setting> drive_settings_in_effect(const Settings& settings,
                                                      const DriveConfig& config,
                                                      const analysis::DriveRun& run);

}  // namespace spillway::scenario
