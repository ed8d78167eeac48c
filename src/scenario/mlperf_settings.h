// The finer settings of the MLPerf KV-cache benchmark's workload: what its YAML file can change.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "cache/options.h"
#include "core/request_class.h"
#include "core/time.h"
#include "kv/model.h"
#include "record/observations.h"
#include "scenario/settings.h"
#include "workload/request_list.h"
#include "workload/session_options.h"

namespace spillway::scenario {

// Named after the keys of the file: rag.top_k_chunks is --rag-top-k-chunks. In no help but
// --help-all.
std::span<const Setting> mlperf_settings();

// The template of each kind of user.
std::array<workload::Persona, 3> read_personas(const Settings& settings);
// Shares of the classes, conversations, shared prompts; not whether there are any.
void read_session_details(const Settings& settings, workload::SessionOptions& session);
// Chunks and queries; documents of large models are shorter, and no chunk is larger than allowed.
void read_rag_details(const Settings& settings, const kv::ModelShape& model,
                      std::uint32_t tensor_parallel, workload::RagOptions& rag);
// What one block may push out of the tiers.
cache::EvictionLimits read_eviction(const Settings& settings);
void read_sharegpt(const Settings& settings, workload::ShareGptOptions& sharegpt);

// What each class is promised, for the time to first token and for waiting on tiers alike.
record::QosTargets read_targets(const Settings& settings);
// In which order the classes are served: 0 first; equal priorities keep the order of the classes.
std::array<std::size_t, kQosClasses> read_ranks(const Settings& settings);
// Of a generation mode that --generation-mode knows.
Duration generation_time(const Settings& settings, std::string_view mode);

// Throws Error when users, duration or memory are beyond the limits that the file sets.
void check_limits(const Settings& settings);

}  // namespace spillway::scenario
