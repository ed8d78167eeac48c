// The parts of record.json that beside.h is about.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "record/run.h"
#include "text/json_reader.h"
#include "text/json_writer.h"

namespace spillway::record {

// Members of the record's object, null for what a run did not do.
void write_beside(text::JsonWriter& json, const Run& run);
// A record from before there were these members is read, too.
void read_beside(const text::JsonValue& record, Run& run);

}  // namespace spillway::record
