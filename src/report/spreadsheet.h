// The MLPerf benchmark's results as a spreadsheet: a workbook, or one row of comma-separated
// values. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "analysis/assessment.h"
#include "record/run.h"
#include "report/spreadsheet_rows.h"

namespace spillway::report {

// Throws Error for a path that ends neither in .csv nor in .xlsx.
void check_spreadsheet_name(const std::string& path);

// .xlsx: all sheets; .csv: the Summary's heading and row. The file appears whole or stays as it
// was. Throws Error.
void write_spreadsheet(const record::Run& run, analysis::Profile profile, const std::string& path);

// A heading and its rows as RFC 4180 has it. A text that a spreadsheet would take for a formula
// gets an apostrophe in front, which spreadsheets do not show.
std::string to_csv(const Sheet& sheet);
// A text in quotes, the quotes in it doubled.
std::string csv_quoted(std::string_view text);

}  // namespace spillway::report
