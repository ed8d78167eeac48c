// kv-cache-tester traces: recorded coding sessions, a JSON document a conversation, ids of 64-token
// blocks. Source: github.com/callanjfox/kv-cache-tester, traces/.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workload/trace_format.h"

namespace spillway::workload {

// Keys of a request: t (s), in, out, hash_ids (rounded down: no id for a last block that is not
// full), think_time (s, optional). An id means something in its own file only.
// A sub-session (an entry with a list of requests of its own, whose t starts at 0 again) stands for
// its requests, in its place. Sub-sessions may have run side by side; a request is then due no
// earlier than the one before it in the list, so that a conversation stays one sequence.
TraceFormat kv_cache_tester_format();

}  // namespace spillway::workload
