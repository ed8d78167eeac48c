// Mooncake traces: JSON lines, a request a line, ids of 512-token blocks. Source: Mooncake (USENIX
// FAST 2025), github.com/kvcache-ai/Mooncake, FAST25-release/traces.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workload/trace_format.h"

namespace spillway::workload {

// Keys timestamp (ms), input_length, output_length, hash_ids (rounded up: a last block that is not
// full has an id too). An id names a whole prefix. Requests are independent of one another.
// The first request is due at 0; a timestamp below the one before it is a fault.
TraceFormat mooncake_format();

}  // namespace spillway::workload
