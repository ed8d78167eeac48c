// Reads recorded requests of a real system, to compare a run's hit ratio with theirs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "record/beside.h"

namespace spillway::record {

// What is compared of the trace: how many of its requests found their prefix in a cache.
struct ValidationTrace {
  std::string source;
  std::uint64_t requests = 0;
  std::uint64_t hits = 0;
  friend bool operator==(const ValidationTrace&, const ValidationTrace&) = default;
};

// A JSON list of requests as the MLPerf KV-cache benchmark has them; of each, `cache_hit` is looked
// at. Throws Error for anything else, and for a list without requests.
ValidationTrace parse_validation_trace(std::string_view json, const std::string& source);
// The same for a file.
ValidationTrace read_validation_trace(const std::string& path);

// Passed: the run's ratio differs by at most 5 % of the trace's. Nothing to compare is no pass, and
// so is any hit where the trace has none.
Validation validate(const ValidationTrace& trace, std::optional<double> hit_ratio);

}  // namespace spillway::record
