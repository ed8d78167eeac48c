// ServerDeltaJson: what a serving stack's own metrics said, for programs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/server_delta.h"
#include "text/json_writer.h"

namespace spillway::report {

// Writes an object: docs/server-metrics.md has the keys.
void write_server_delta(text::JsonWriter& json, const analysis::ServerDelta& delta);

}  // namespace spillway::report
