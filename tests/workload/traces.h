// Traces for tests: small ones written out, excerpts of real ones, and a simple count of their
// hits. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workload/plan.h"

namespace spillway::workload {

// A line of a Mooncake trace that fits its ids: all blocks full.
std::string mooncake_line(std::uint64_t timestamp_ms, const std::vector<std::uint64_t>& ids,
                          std::uint64_t output = 10);
// A request of a kv-cache-tester trace with 5 tokens behind its full blocks.
std::string agentic_request(double t, const std::vector<std::uint64_t>& ids,
                            std::uint64_t output = 10);
std::string sub_session(double t, const std::vector<std::string>& requests);
std::string conversation(const std::string& id, const std::vector<std::string>& requests);

std::string excerpt(const std::string& name);  // a path below tests/data
// A path below the shared data that is there on some machines only; empty when it is not.
std::string shared_data(const std::string& name);

struct Reuse {
  std::uint64_t references = 0;
  std::uint64_t leading_hits = 0;  // in runs of known blocks from the prompt's start

  friend bool operator==(const Reuse&, const Reuse&) = default;
};
// With an unlimited cache: by the block keys of the plan's requests, in the plan's order.
Reuse reuse_of(const Plan& plan);
// By the ids as they stand in the files, without any code of this module but JSON reading: every
// "hash_ids" list in document order, one cache a file (kv-cache-tester) or lines (Mooncake).
Reuse raw_reuse_of(const std::vector<std::string>& files);

}  // namespace spillway::workload
