// profile_export.json and profile_export.csv: a run against a serving endpoint as AIPerf's users
// and their tools know it (schema 1.5 of ai-dynamo/aiperf, docs/reference/json-export-schema.md).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "analysis/drive_run.h"
#include "record/drive_record.h"

namespace spillway::report {

// A member for each metric that has a value: those of requests with avg, min, max, p1 to p99, std,
// count and sum, and our own `quantile_error`, those of the run with avg alone. `record` is that of
// the run. Requests of phases that do not count, and those that failed, are in none of them. A run
// that is invalid has no metrics, and `runtime_submission_invalid_reasons`.
std::string profile_export_json(const analysis::DriveRun& run, const record::DriveRecord& record);

// Of the same, two tables: "Metric,avg,min,...,std" and, after an empty line, "Metric,Value".
std::string profile_export_csv(const analysis::DriveRun& run);

}  // namespace spillway::report
