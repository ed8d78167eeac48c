// The workload of `spillway bench` for a serving endpoint: the same settings, the same plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "scenario/drive_settings.h"
#include "workload/drive_phases.h"
#include "workload/plan.h"

namespace spillway::scenario {

// The plan of the scenario's groups of the kind `workload`: as many requests as the largest of them
// takes; null when there is none. Throws Error for settings that are given and would do nothing, as
// those of a workload without such a group.
std::unique_ptr<workload::Plan> open_drive_workload(const DriveWorkload& workload,
                                                    const workload::ScenarioSpec& spec);

}  // namespace spillway::scenario
