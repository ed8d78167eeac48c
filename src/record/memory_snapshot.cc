// SPDX-License-Identifier: Apache-2.0
#include "record/memory_snapshot.h"

#include "record/json_fields.h"

namespace spillway::record {

std::string memory_snapshot_json(const MemorySnapshot& snapshot, std::string_view values_key) {
  text::JsonWriter json;
  json.begin_object();
  field(json, "timestamp_utc", utc_text(snapshot.taken));
  field(json, "label", snapshot.at.label);
  text_or_null(json, "phase", snapshot.at.phase);
  field(json, "boundary", snapshot.at.boundary);
  field(json, "success", snapshot.error.empty());
  text_or_null(json, "error", snapshot.error);
  object(json, values_key, [&] {
    for (const auto& [name, value] : snapshot.values) field(json, name, value);
  });
  json.end_object();
  return json.text();
}

}  // namespace spillway::record
