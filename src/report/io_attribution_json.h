// IoAttributionJson: io_attribution_report.json, which phase of a run moved which bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "analysis/io_attribution.h"
#include "core/utc_time.h"

namespace spillway::report {

// Both indented; docs/metrics.md has the keys. `io_directory` is where the samples' files are.
std::string io_attribution_json(const analysis::IoCapture& capture,
                                const analysis::IoAttribution& found,
                                const std::string& io_directory, UtcTime now);
// The same keys when the collector failed, with nothing in them: the reason is `error`.
std::string failed_io_attribution_json(const analysis::IoCapture& capture, const std::string& error,
                                       UtcTime now);

}  // namespace spillway::report
