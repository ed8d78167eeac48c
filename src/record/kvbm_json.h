// KvbmJson: readings of the KV block manager's counters, and what they did, as JSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "record/kvbm.h"
#include "text/json_writer.h"

namespace spillway::record {

// A line of kvbm_metrics_snapshots.jsonl, without its end; phase_deltas/ has the same, indented.
std::string kvbm_snapshot_json(const KvbmSnapshot& snapshot,
                               text::JsonLayout layout = text::JsonLayout::compact);

// An object; docs/metrics.md has the keys. The clamped figures stand under the names that other
// tools look for, beside them what is known.
void write_kvbm_delta(text::JsonWriter& json, const KvbmDelta& delta);

}  // namespace spillway::record
