// What a run asked of the drive, what the drive says it did, and what the tool itself cost.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "record/run.h"

namespace spillway::report {

// Our bytes and latencies beside the block device's own. Empty when storage was not touched.
std::string drive_text(const record::Run& run);

// CPU, memory and the longest turns of the loop. Empty when none was measured.
std::string cost_text(const record::Run& run);

}  // namespace spillway::report
