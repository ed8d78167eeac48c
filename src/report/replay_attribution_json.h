// ReplayAttributionJson: the verdict on who read during the replay, for programs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "analysis/replay_attribution.h"
#include "core/utc_time.h"

namespace spillway::report {

// Where the run's files are.
struct ReplayPaths {
  std::string summary;
  std::string report;
  std::string verdict;
};
ReplayPaths replay_paths(const std::string& run_directory);

// io_attrib_verdict.json, indented; docs/metrics.md has the keys.
std::string replay_attribution_json(const analysis::ReplayVerdict& verdict,
                                    const ReplayPaths& paths, UtcTime now);
// "PASS ..." or "FAIL ..." with what it rests on.
std::string replay_attribution_line(const analysis::ReplayVerdict& verdict);

}  // namespace spillway::report
