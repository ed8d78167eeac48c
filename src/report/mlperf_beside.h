// What the MLPerf benchmark's result file says of device latency and validation.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "record/run.h"
#include "text/json_writer.h"

namespace spillway::report {

// The members device_latency_tracing, fio_workload and validation, each only where there is one.
void write_mlperf_beside(text::JsonWriter& json, const record::Run& run);

}  // namespace spillway::report
