// WorkerIoJson: readings at the ends of a phase, and what moved between them, as JSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "record/worker_io.h"
#include "text/json_writer.h"

namespace spillway::record {

// Each writes an object, or null when there is nothing; docs/metrics.md has the keys.
void write_block_stats(text::JsonWriter& json, const BlockSample& sample);
void write_block_delta(text::JsonWriter& json, const std::optional<BlockIoDelta>& delta);
void write_worker_io(text::JsonWriter& json, const WorkerIo& reading);
void write_worker_delta(text::JsonWriter& json, const WorkerIoDelta& delta);

}  // namespace spillway::record
