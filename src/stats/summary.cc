// SPDX-License-Identifier: Apache-2.0
#include "stats/summary.h"

namespace spillway::stats {

Summary summarise(const Histogram& histogram, double scale) {
  const auto quantile = [&](double q) {
    return static_cast<double>(histogram.quantile(q)) * scale;
  };
  return {.count = histogram.count(),
          .mean = histogram.mean() * scale,
          .p50 = quantile(0.50),
          .p95 = quantile(0.95),
          .p99 = quantile(0.99),
          .p999 = quantile(0.999),
          .max = static_cast<double>(histogram.max()) * scale,
          .min = static_cast<double>(histogram.min()) * scale};
}

}  // namespace spillway::stats
