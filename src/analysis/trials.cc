// SPDX-License-Identifier: Apache-2.0
#include "analysis/trials.h"

#include <utility>

#include "stats/order_statistics.h"
#include "stats/variation.h"

namespace spillway::analysis {

std::vector<TrialFigure> trial_figures(std::span<const record::Run> runs) {
  std::vector<TrialFigure> all;
  for (const Figure& figure : figures()) {
    std::vector<double> values;
    for (const record::Run& run : runs) {
      if (const std::optional<double> value = figure.of(run)) values.push_back(*value);
    }
    if (values.empty()) continue;
    TrialFigure one;
    one.figure = &figure;
    one.median = stats::median(values);
    one.median_interval = stats::median_interval(values);
    one.mean_interval = stats::mean_interval(values, 0.95);
    one.variation = stats::coefficient_of_variation(values);
    one.trials_needed = stats::samples_for(kWantedPrecision, values);
    one.values = std::move(values);
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace spillway::analysis
