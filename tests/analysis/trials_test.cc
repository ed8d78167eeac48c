// SPDX-License-Identifier: Apache-2.0
#include "analysis/trials.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

namespace spillway::analysis {
namespace {

record::Run run_with(std::uint64_t requests) {
  record::Run run;
  run.observed.requests.completed = requests;
  run.window.end_ns = 10'000'000'000;
  return run;
}

TrialFigure requests_of(std::span<const record::Run> runs) {
  const std::vector<TrialFigure> all = trial_figures(runs);
  const auto found = std::ranges::find_if(
      all, [](const TrialFigure& one) { return one.figure->name == "requests"; });
  EXPECT_NE(found, all.end());
  return *found;
}

TEST(TrialFigures, OfThreeHaveAMedianAndAMeanButNoIntervalOfTheMedian) {
  const TrialFigure one = requests_of(std::vector{run_with(90), run_with(110), run_with(100)});
  EXPECT_EQ(one.values, (std::vector<double>{90, 110, 100}));
  EXPECT_EQ(one.median, 100);
  EXPECT_FALSE(one.median_interval);
  // 100 +- 4.303 x 10 / sqrt(3)
  EXPECT_NEAR(one.mean_interval->low, 100 - 24.84, 0.01);
  EXPECT_NEAR(one.variation.value_or(0), 0.1, 1e-12);
  EXPECT_EQ(one.trials_needed, 18U);
}

TEST(TrialFigures, OfSixHaveOne) {
  std::vector<record::Run> runs;
  for (const std::uint64_t requests : {1U, 2U, 3U, 4U, 5U, 6U}) runs.push_back(run_with(requests));
  EXPECT_EQ(requests_of(runs).median_interval,
            (stats::Estimate{.value = 3.5, .low = 1, .high = 6}));
}

TEST(TrialFigures, LeaveOutWhatNoTrialHas) {
  for (const TrialFigure& one : trial_figures(std::vector{run_with(1)})) {
    EXPECT_NE(one.figure->name, "ttft_p95");
    EXPECT_FALSE(one.values.empty());
  }
}

}  // namespace
}  // namespace spillway::analysis
