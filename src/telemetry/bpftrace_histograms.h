// Reads the histograms that bpftrace prints.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "record/device_latency.h"

namespace spillway::telemetry {

// The maps that hold histograms, by name: `qd_read` of `@qd_read`, with the key behind it as in
// `d2c_us[259, R]`, where a map has keys. Of one that is printed more than once the last counts;
// everything else that bpftrace prints is passed over. Buckets are those of hist() and lhist():
// `[0]`, `[512, 1K)`, `(..., 0)`, `[8190, ...)`; K to E are powers of 1024, and what passes 2^63
// is an open end.
// Throws Error for a bucket that is none of these, naming `source` and the line.
record::DeviceLatency parse_bpftrace_histograms(std::string_view text, std::string_view source);

}  // namespace spillway::telemetry
