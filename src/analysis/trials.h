// Trials: what several runs of one set-up say together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "analysis/figures.h"
#include "record/run.h"
#include "stats/mean_interval.h"

namespace spillway::analysis {

// Below this there is no 95 % interval of a median.
inline constexpr std::size_t kTrialsForMedian = 6;
// To within which share of the mean trials_needed counts.
inline constexpr double kWantedPrecision = 0.05;

struct TrialFigure {
  const Figure* figure = nullptr;
  std::vector<double> values;  // of the trials that have one, in their order
  double median = 0;
  std::optional<stats::Estimate> median_interval = std::nullopt;  // 95 %, from six trials on
  std::optional<stats::Estimate> mean_interval = std::nullopt;    // 95 %, by Student, from two on
  std::optional<double> variation = std::nullopt;                 // coefficient of
  // Trials for a 95 % interval of the mean of +- 5 %, if they go on varying like this.
  std::optional<std::size_t> trials_needed = std::nullopt;
};

// Figures that no trial has are left out.
std::vector<TrialFigure> trial_figures(std::span<const record::Run> runs);

}  // namespace spillway::analysis
