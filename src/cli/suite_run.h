// A suite of runs in one directory, which a later call goes on with.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/interruption.h"
#include "report/comparison.h"
#include "scenario/load_settings.h"
#include "scenario/suite.h"

namespace spillway::cli {

// How all runs of a suite are made, beside what each sets by itself.
struct SuiteSetUp {
  std::string directory;                       // of the suite; made, or gone on with
  std::vector<scenario::GivenValue> settings;  // of all runs: cache directory, clock, ...
};

enum class SuiteEnd : std::uint8_t { whole, some_failed, interrupted };

// Runs what the directory does not have yet. It holds, of every run, a directory and the MLPerf
// benchmark's result file; suite.json, by which a suite that was planned otherwise is refused; and
// comparison.{txt,md,csv,json}, written anew after each run. A run that was interrupted is made
// again, and its results stay as "<name>.interrupted-1"; one that fails is named, and the others
// still run. Throws Error for a directory of something else.
SuiteEnd run_suite(const scenario::SuitePlan& plan, const SuiteSetUp& set_up,
                   Interruption& interruption);

}  // namespace spillway::cli
