// BurstGPT: what a campus asked ChatGPT and GPT-4, as CSV. Source: Wang et al., "BurstGPT: A
// Real-World Workload Dataset to Optimize LLM Serving Systems", KDD 2025,
// github.com/HPMLL/BurstGPT. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "workload/request_list.h"

namespace spillway::workload {

// Columns Timestamp (seconds), Request tokens, Response tokens, and Session ID where there is one;
// others are passed over. `path`, due times, users and what is skipped: see csv_list.h.
RequestList read_burstgpt(const std::string& path,
                          std::optional<std::uint64_t> most = std::nullopt);

}  // namespace spillway::workload
