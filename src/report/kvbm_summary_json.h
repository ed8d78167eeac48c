// KvbmSummaryJson: what the KV block manager's counters showed, for programs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/kvbm_summary.h"
#include "analysis/replay_signal.h"
#include "text/json_writer.h"

namespace spillway::report {

// Each writes an object; docs/metrics.md has the keys.
void write_kvbm_summary(text::JsonWriter& json, const analysis::KvbmSummary& summary);
// `kvbm_metrics_status` of summary.json, which `kvbm_metrics` holds as well.
void write_kvbm_status(text::JsonWriter& json, const analysis::KvbmSummary& summary);
// The summary's signal alone, as overall_summary repeats it. The summary has a signal's name.
void write_kvbm_signal(text::JsonWriter& json, const analysis::KvbmSummary& summary);
void write_io_signal(text::JsonWriter& json, const analysis::IoReplaySignal& signal);

}  // namespace spillway::report
