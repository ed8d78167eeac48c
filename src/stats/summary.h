// Summary: a histogram as the handful of figures that a table or a record shows.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "stats/histogram.h"

namespace spillway::stats {

// All but `count` are in the unit that the scale made. With a count of 0 they are 0 and mean
// nothing; whether a high quantile means anything is told by enough_for() in order_statistics.h.
struct Summary {
  std::uint64_t count = 0;
  double mean = 0;
  double p50 = 0;
  double p95 = 0;
  double p99 = 0;
  double p999 = 0;
  double max = 0;
  double min = 0;
};

// `scale` turns the histogram's unit into the wanted one: 1e-6 for nanoseconds as milliseconds.
// Merge first, summarise once: summaries of parts do not combine.
Summary summarise(const Histogram& histogram, double scale = 1);

}  // namespace spillway::stats
