// record.json and AIPerf's profile_export.{json,csv} of a run against a serving endpoint.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/drive_run.h"
#include "cli/drive_files.h"
#include "scenario/drive_settings.h"
#include "scenario/settings.h"

namespace spillway::cli {

// Whatever the run came to: one that was interrupted, or invalid, says so. Throws Error.
void write_drive_exports(const DriveFiles& files, const scenario::DriveConfig& config,
                         const scenario::Settings& settings, const analysis::DriveRun& run,
                         const workload::DrivePhases& phases, bool interrupted);

}  // namespace spillway::cli
