// SPDX-License-Identifier: Apache-2.0
#include "analysis/submission_trials.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

namespace spillway::analysis {
namespace {

std::vector<SubmissionFacts> trials(const std::vector<double>& rates) {
  std::vector<SubmissionFacts> all;
  for (const double rate : rates) {
    SubmissionFacts& one = all.emplace_back();
    one.model = "llama3.1-8b";
    one.users = 200;
    one.tokens_per_s = rate;
  }
  return all;
}

Finding find(const std::vector<Finding>& findings, std::string_view rule) {
  const auto found = std::ranges::find(findings, rule, &Finding::rule);
  EXPECT_NE(found, findings.end()) << rule;
  return found == findings.end() ? Finding{} : *found;
}

// 2, 4, 4, 4, 5, 5, 7, 9 has mean 5 and squares that sum to 32.
TEST(SubmissionTrials, FiguresAreThoseWorkedByHand) {
  const TrialFigures figures = trial_figures(std::array<double, 8>{2, 4, 4, 4, 5, 5, 7, 9});
  EXPECT_EQ(figures.trials, 8U);
  EXPECT_EQ(figures.median, 4.5);
  EXPECT_DOUBLE_EQ(figures.variation.value_or(0), std::sqrt(32.0 / 7) / 5);
  EXPECT_DOUBLE_EQ(figures.farthest.value_or(0), 1);
}

TEST(SubmissionTrials, OneTrialVariesFromNothing) {
  const TrialFigures one = trial_figures(std::array<double, 1>{7});
  EXPECT_EQ(one.median, 7);
  EXPECT_FALSE(one.variation.has_value());
  EXPECT_FALSE(trial_figures({}).median.has_value());
  EXPECT_FALSE(trial_figures(std::array<double, 2>{0, 0}).variation.has_value());
}

TEST(SubmissionTrials, AtLeastThreeAreAskedFor) {
  EXPECT_EQ(find(check_trials(trials({100, 100})), "trials").verdict, Verdict::fail);
  const std::vector<Finding> three = check_trials(trials({100, 101, 102}));
  EXPECT_EQ(find(three, "trials").verdict, Verdict::pass);
  EXPECT_NE(find(three, "median").reason.find("101 tokens/s"), std::string::npos);
  EXPECT_TRUE(is_submittable(three));
  EXPECT_EQ(find(check_trials(trials({100})), "variation").verdict, Verdict::not_applicable);
}

// The guide's own trials vary far more than the general rules allow.
TEST(SubmissionTrials, TheFivePercentOfTheGeneralRulesContradictTheGuide) {
  const std::vector<Finding> close = check_trials(trials({96, 100, 105}));
  EXPECT_EQ(find(close, "reproducible").verdict, Verdict::pass);
  const std::vector<Finding> far = check_trials(trials({50, 100, 190}));
  EXPECT_EQ(find(far, "reproducible").verdict, Verdict::fail);
  EXPECT_TRUE(find(far, "reproducible").contradicted);
  EXPECT_EQ(find(far, "reproducible/guide.variation").verdict, Verdict::contradiction);
  EXPECT_TRUE(is_submittable(far));
}

TEST(SubmissionTrials, WiderThanTheGuideEverSawIsAFailure) {
  const std::vector<Finding> wide = check_trials(trials({1, 1, 1000}));
  EXPECT_EQ(find(wide, "variation").verdict, Verdict::fail);
  EXPECT_FALSE(find(wide, "reproducible").contradicted);
  EXPECT_FALSE(is_submittable(wide));
}

TEST(SubmissionTrials, RunsOfOneSetUpBelongTogether) {
  std::vector<SubmissionFacts> runs = trials({1, 2, 3});
  runs[1].users = 100;
  runs.push_back(runs[0]);
  runs.back().direct_io = false;  // no setting under the rules
  const std::vector<TrialGroup> groups = group_trials(runs);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].runs, (std::vector<std::size_t>{0, 2, 3}));
  EXPECT_EQ(groups[1].runs, std::vector<std::size_t>{1});
  EXPECT_NE(groups[0].name.find("200 users"), std::string::npos);
}

TEST(SubmissionTrials, BothModelsAreAskedFor) {
  std::vector<SubmissionFacts> runs = trials({1});
  for (const Finding& one : check_submission(runs)) {
    EXPECT_EQ(one.verdict, one.layer == Layer::guide ? Verdict::fail : Verdict::open);
  }
  runs.emplace_back().model = "llama3.1-70b-instruct";
  for (const Finding& one : check_submission(runs)) EXPECT_EQ(one.verdict, Verdict::pass);
}

}  // namespace
}  // namespace spillway::analysis
