// The search for a number of users in the shape of the MLPerf KV-cache benchmark's results.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "record/run.h"

namespace spillway::report {

// 2025: the last record of a search for capacity is {reason, peak_throughput, ...} beside the keys
// that both have.
enum class AutoscalingDialect : std::uint8_t { y2025, y2026 };

// The value of `autoscaling_stats`: a JSON list of the steps that changed the users, or stopped;
// "[]" when their number was fixed. Timestamps are wall-clock, the run's beginning plus a step's
// end.
std::string autoscaling_stats_json(const record::Run& run, AutoscalingDialect dialect);

// The value of `autoscaling_summary`: a JSON object; "null" when their number was fixed. A peak
// that was not found is null.
std::string autoscaling_summary_json(const record::Run& run);

}  // namespace spillway::report
