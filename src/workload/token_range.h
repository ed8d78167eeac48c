// TokenRange: how long a prompt or an answer may be. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace spillway::workload {

// In tokens; both ends belong to it.
struct TokenRange {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

}  // namespace spillway::workload
