// The Azure LLM inference traces, as CSV. Source: Patel et al., "Splitwise: Efficient Generative
// LLM Inference Using Phase Splitting", ISCA 2024, github.com/Azure/AzurePublicDataset.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "workload/request_list.h"

namespace spillway::workload {

// Columns TIMESTAMP, ContextTokens, GeneratedTokens; a time stamp is "2023-11-16 18:15:46.6805900"
// (2023) or "2024-05-10 00:00:00.009930+00:00" (2024), up to 9 decimals, UTC. There are no
// sessions. `path`, due times, users and what is skipped: see csv_list.h.
RequestList read_azure(const std::string& path, std::optional<std::uint64_t> most = std::nullopt);

}  // namespace spillway::workload
