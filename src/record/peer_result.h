// PeerResult: results of other benchmarks, told apart and read by their keys.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "record/serving_result.h"
#include "text/json_reader.h"

namespace spillway::record {

// Of vLLM (`bench serve`, `bench throughput`), AIPerf, or the MLPerf KV-cache benchmark; the source
// stays empty. Keys that a tool leaves out on some settings are absent figures. Throws Error for
// anything else, saying what was looked for.
//
// Keys: vLLM, vllm/benchmarks/{serve,throughput}.py of 2026; AIPerf, "profile_export_aiperf.json
// Schema" 1.5 and "Metrics Reference"; MLPerf Storage v3.0 preview, kv_cache_benchmark, April 2026.
ServingResult read_peer_result(const text::JsonValue& json);

}  // namespace spillway::record
