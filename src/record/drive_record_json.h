// The text form of a DriveRecord: record.json of a run against a serving endpoint.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "record/drive_record.h"

namespace spillway::record {

// Indented, keys in a fixed order, what was not measured is null. docs/formats.md has the schema.
std::string to_json(const DriveRecord& record);

// Reads what to_json() wrote; figures are computed anew from histograms and counts. Throws Error
// "<file>: <path of the key>: <what was expected>".
DriveRecord drive_record_from_json(std::string_view text, const std::string& file);

}  // namespace spillway::record
