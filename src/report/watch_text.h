// What the collectors saw around a workload: watch.json and watch.md.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "analysis/watch_run.h"

namespace spillway::report {

// docs/watch.md has the keys. What could not be read is null.
std::string watch_json(const analysis::WatchRun& run);
// A table of its windows.
std::string watch_text(const analysis::WatchRun& run);

}  // namespace spillway::report
