// SPDX-License-Identifier: Apache-2.0
#include "analysis/harness_numbers.h"

#include <fmt/core.h>

#include <cstdlib>

namespace spillway::analysis {

double rounded(double value, int decimals) {
  return std::strtod(fmt::format("{:.{}f}", value, decimals).c_str(), nullptr);
}

}  // namespace spillway::analysis
