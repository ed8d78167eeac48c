// The result file of the MLPerf KV-cache benchmark, with the names that its users' scripts read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "analysis/assessment.h"
#include "record/run.h"

namespace spillway::report {

// a26: names of April 2026; every field holds the right value. n25: the names of November 2025
// beside them, and fields whose old formula is known to be wrong keep it. docs/metrics.md lists
// both formulas.
enum class Dialect : std::uint8_t { a26, n25 };

struct MlperfOptions {
  Dialect dialect = Dialect::a26;
  analysis::Profile profile = analysis::Profile::latency;
  bool latency_lists = true;  // one number a completed request; false leaves the lists out
};

// The file without its lists of latencies.
std::string mlperf_summary(const record::Run& run, const MlperfOptions& options);

// Writes `output`, whole or not at all. The lists are streamed from `rows`, the run's
// requests.jsonl, so memory does not grow with the run. Throws Error.
void write_mlperf_json(const record::Run& run, const MlperfOptions& options,
                       const std::string& rows, const std::string& output);

}  // namespace spillway::report
