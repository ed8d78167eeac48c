// The text form of a Run: record.json, written whole and read back whole.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "record/run.h"

namespace spillway::record {

// Indented, keys in a fixed order, what was not measured is null. docs/formats.md has the schema.
std::string to_json(const Run& run);

// Reads what to_json wrote; derived figures are computed anew from the histograms and sums.
// Throws Error "<file>: <path of the key>: <what was expected>".
Run from_json(std::string_view text, const std::string& file);
// The same for a file on disk, or a run directory that holds a record.json.
Run load_run(const std::string& path);

}  // namespace spillway::record
