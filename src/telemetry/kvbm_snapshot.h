// KvbmSnapshot: the page on which an engine shows its KV block manager's counters, as a reading.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "record/kvbm.h"

namespace spillway::telemetry {

// Of the page's text the metrics kvbm_*. What is not finite is not there. A page without a metric
// that can be read is a failure, and so is one beyond the limits.
record::KvbmSnapshot kvbm_snapshot(std::string label, UtcTime taken, std::string_view page);
// The page could not be fetched, for this reason.
record::KvbmSnapshot failed_kvbm_snapshot(std::string label, UtcTime taken, std::string error);
// The run has no block manager: nobody asked.
record::KvbmSnapshot skipped_kvbm_snapshot(std::string label, UtcTime taken);

}  // namespace spillway::telemetry
