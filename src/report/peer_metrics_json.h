// `metrics_as` of summary.json: the run by the definitions of other benchmarks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/drive_run.h"
#include "text/json_writer.h"

namespace spillway::report {

// The key and its object, a member a peer; nothing when none was asked for, or nothing ran.
void write_peer_metrics(text::JsonWriter& json, const analysis::DriveOverall& overall);

}  // namespace spillway::report
