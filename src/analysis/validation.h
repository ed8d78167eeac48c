// Validation: whether runs agree with what another benchmark measured, figure by figure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/serving_result.h"
#include "stats/mean_interval.h"

namespace spillway::analysis {

inline constexpr double kValidationConfidence = 0.95;

// not_judged: at least one run of either side does not have the figure.
enum class Agreement : std::uint8_t { within, outside, not_judged };
constexpr std::string_view name_of(Agreement agreement) {
  if (agreement == Agreement::not_judged) return "not_judged";
  return agreement == Agreement::within ? "within" : "outside";
}

struct ValidatedFigure {
  record::ServingFigure figure{};
  std::optional<double> ours = std::nullopt;    // mean of the runs that have it
  std::optional<double> theirs = std::nullopt;  // likewise
  // ours / theirs; absent when theirs is 0, where only 0 agrees.
  std::optional<double> ratio = std::nullopt;
  std::optional<stats::Estimate> interval = std::nullopt;  // of the ratio; needs two runs of ours
  Agreement agreement = Agreement::not_judged;
  // Whether all of the interval lies on the side that the ratio lies on; absent without one.
  std::optional<bool> sure = std::nullopt;
  std::string reason;  // why it is not judged
};

struct Validation {
  std::vector<record::ServingResult> ours;
  std::vector<record::ServingResult> theirs;
  double tolerance = 0;                  // as a share
  std::vector<ValidatedFigure> figures;  // that either side has, in the order of ServingFigure

  std::size_t count(Agreement agreement) const;
  bool agrees() const { return count(Agreement::outside) == 0; }
};

// Every figure that all runs of both sides have must have a ratio within 1 +- tolerance. The rule,
// with 5 %: acceptance of the MLPerf KV-cache proposal (November 2025) for tokens/s beside a real
// engine; the benchmark of April 2026 asks the same of the hit rate of a trace.
// Throws Error when theirs are not all of one format, or no figure can be judged. At least one
// result on each side.
Validation validate(std::vector<record::ServingResult> ours,
                    std::vector<record::ServingResult> theirs, double tolerance);

}  // namespace spillway::analysis
