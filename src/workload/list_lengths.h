// How long the requests of a list are, as the figures that are printed before a run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "workload/request_list.h"

namespace spillway::workload {

// Tokens. `deviation` is the standard deviation of the list itself, not of what it is a sample of
// (divided by the count). Percentiles lie between two values in proportion, as
// stats::interpolated_quantile() has it.
struct LengthSummary {
  double mean = 0;
  double deviation = 0;
  std::uint32_t min = 0;
  std::uint32_t max = 0;
  double p50 = 0;
  double p95 = 0;
};

struct ListLengths {
  LengthSummary context;
  LengthSummary generate;
};

ListLengths lengths_of(const RequestList& list);

}  // namespace spillway::workload
