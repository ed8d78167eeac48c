// One run of the benchmark, with what a person at a terminal expects of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "cli/interruption.h"
#include "record/run.h"
#include "report/mlperf_json.h"
#include "scenario/bench_settings.h"
#include "scenario/settings.h"

namespace spillway::cli {

struct BenchRun {
  record::Run run;
  std::string directory;  // which holds its files
  bool interrupted = false;
};

// Says what runs, draws the progress line, and leaves record.json, report.txt, requests.jsonl and,
// for --request-model mlperf, mlperf_results.json in config.run_dir, or where none is set in one
// that no earlier run has. What was measured is kept when a signal ends it. Throws Error.
BenchRun run_bench(const scenario::BenchConfig& config, scenario::Settings& settings,
                   Interruption& interruption);

// A name for results that none have yet: runs/<command>-<UTC time>-<process>.
std::string new_results_name(std::string_view command);

// How the settings want the MLPerf benchmark's result file.
report::MlperfOptions mlperf_options(const scenario::Settings& settings);

}  // namespace spillway::cli
