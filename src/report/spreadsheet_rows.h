// The tables of the MLPerf benchmark's spreadsheet, before they are written as CSV or XLSX.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "analysis/assessment.h"
#include "record/run.h"

namespace spillway::report {

// Every row has as many cells as the heading; a cell without a value stays empty.
struct Sheet {
  std::string name;
  std::vector<std::string> heading;
  std::vector<std::vector<record::Value>> rows;
};

// Summary (one row: the run's parameters and all metrics), Run Parameters, Performance Metrics (a
// row each), QoS Metrics. Figures are the right ones, as docs/metrics.md defines them.
std::vector<Sheet> spreadsheet_sheets(const record::Run& run, analysis::Profile profile);

}  // namespace spillway::report
