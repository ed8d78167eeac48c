// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "core/error.h"
#include "stats/ratio_interval.h"

namespace spillway::analysis {
namespace {

using record::ServingFigure;
using record::ServingResult;

// What a product of decimal fractions may be off by.
constexpr double kRounding = 1e-9;

std::vector<double> values_of(ServingFigure figure, std::span<const ServingResult> results) {
  std::vector<double> values;
  for (const ServingResult& result : results) {
    if (const auto& value = result.of(figure)) values.push_back(*value);
  }
  return values;
}

std::optional<double> mean_of(std::span<const double> values) {
  if (values.empty()) return std::nullopt;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Says which side lacks a figure; empty when neither does.
std::string lacking(std::string_view side, std::size_t found, std::size_t results) {
  if (found == results) return "";
  if (found == 0) return fmt::format("{} does not have it", side);
  return fmt::format("{} has it in {} of {} runs", side, found, results);
}

class Judge {
 public:
  explicit Judge(double tolerance) : low_(1 - tolerance), high_(1 + tolerance) {}

  bool is_within(double ratio) const {
    return ratio >= low_ - kRounding && ratio <= high_ + kRounding;
  }
  bool is_sure(const stats::Estimate& interval) const {
    if (is_within(interval.value)) return is_within(interval.low) && is_within(interval.high);
    return interval.high < low_ || interval.low > high_;
  }

 private:
  double low_;
  double high_;
};

ValidatedFigure judge_figure(ServingFigure figure, const Validation& all, const Judge& judge) {
  const std::vector<double> ours = values_of(figure, all.ours);
  const std::vector<double> theirs = values_of(figure, all.theirs);
  ValidatedFigure one{
      .figure = figure, .ours = mean_of(ours), .theirs = mean_of(theirs), .reason = {}};
  one.reason = lacking("ours", ours.size(), all.ours.size());
  if (one.reason.empty()) one.reason = lacking("theirs", theirs.size(), all.theirs.size());
  if (!one.reason.empty() || !one.ours || !one.theirs) return one;
  if (*one.theirs == 0) {
    one.agreement = *one.ours == 0 ? Agreement::within : Agreement::outside;
    return one;
  }
  one.ratio = *one.ours / *one.theirs;
  one.agreement = judge.is_within(*one.ratio) ? Agreement::within : Agreement::outside;
  one.interval = stats::ratio_interval(ours, theirs, kValidationConfidence);
  if (one.interval) one.sure = judge.is_sure(*one.interval);
  return one;
}

void check_formats(std::span<const ServingResult> theirs) {
  for (const ServingResult& result : theirs) {
    if (result.format == theirs.front().format) continue;
    throw Error(fmt::format(
        "compare with {} and {}: one is of {}, the other of {}; give trials of one tool",
        theirs.front().source, result.source, name_of(theirs.front().format),
        name_of(result.format)));
  }
}

}  // namespace

std::size_t Validation::count(Agreement agreement) const {
  return static_cast<std::size_t>(
      std::ranges::count(figures, agreement, &ValidatedFigure::agreement));
}

Validation validate(std::vector<ServingResult> ours, std::vector<ServingResult> theirs,
                    double tolerance) {
  check(!ours.empty() && !theirs.empty(), "there is a result on each side");
  check_formats(theirs);
  Validation all{
      .ours = std::move(ours), .theirs = std::move(theirs), .tolerance = tolerance, .figures = {}};
  const Judge judge(tolerance);
  for (std::size_t i = 0; i < record::kServingFigures; ++i) {
    const ValidatedFigure one = judge_figure(static_cast<ServingFigure>(i), all, judge);
    if (one.ours || one.theirs) all.figures.push_back(one);
  }
  if (all.count(Agreement::not_judged) == all.figures.size()) {
    throw Error(fmt::format("compare {} with {}: no figure is in all of them; {} has {}",
                            all.ours.front().source, all.theirs.front().source,
                            name_of(all.theirs.front().format),
                            all.figures.empty() ? "none" : "others"));
  }
  return all;
}

}  // namespace spillway::analysis
