// report.md of a run against a serving endpoint, out of its summary.json: ours, or one of the DGX
// Spark harness. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "text/json_reader.h"

namespace spillway::report {

// Sections and words are the harness's (its section 7.5), so that what reads its reports reads
// ours; what it prints of failed requests' latencies stands beside ours of those that succeeded.
// Values that are missing print as None, those of the block manager as NA.
std::string render_harness_report(const text::JsonValue& summary);

}  // namespace spillway::report
