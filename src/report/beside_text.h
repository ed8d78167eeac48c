// What a report says about the writes before a run, its traces and its validation.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "record/run.h"

namespace spillway::report {

// Lines; empty for what a run did not do.
std::string precondition_text(const record::Run& run);
std::string io_trace_text(const record::Run& run);
// Samples and percentiles of each histogram, and the zones of the device that were hot.
std::string device_latency_text(const record::Run& run);
std::string trace_validation_text(const record::Run& run);

}  // namespace spillway::report
