// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation.h"

#include <gtest/gtest.h>

#include <string>

#include "core/error.h"

namespace spillway::analysis {
namespace {

using record::ResultFormat;
using record::ServingFigure;
using record::ServingResult;

ServingResult result(double tokens_per_s, ResultFormat format = ResultFormat::record) {
  ServingResult one{.format = format, .source = "one", .remarks = {}};
  one.of(ServingFigure::output_tokens_per_s) = tokens_per_s;
  return one;
}

ServingResult peer(double tokens_per_s) { return result(tokens_per_s, ResultFormat::vllm_serve); }

ValidatedFigure tokens(const Validation& all) {
  for (const ValidatedFigure& one : all.figures) {
    if (one.figure == ServingFigure::output_tokens_per_s) return one;
  }
  ADD_FAILURE() << "tokens/s are not among the figures";
  return {};
}

TEST(Validation, AFigureIsWithinUpToTheTolerance) {
  EXPECT_EQ(tokens(validate({result(105)}, {peer(100)}, 0.05)).agreement, Agreement::within);
  EXPECT_EQ(tokens(validate({result(95)}, {peer(100)}, 0.05)).agreement, Agreement::within);
  EXPECT_EQ(tokens(validate({result(105.1)}, {peer(100)}, 0.05)).agreement, Agreement::outside);
  EXPECT_EQ(tokens(validate({result(94.9)}, {peer(100)}, 0.05)).agreement, Agreement::outside);
  EXPECT_EQ(tokens(validate({result(94.9)}, {peer(100)}, 0.06)).agreement, Agreement::within);
}

TEST(Validation, OneRunHasNoInterval) {
  const ValidatedFigure one = tokens(validate({result(98)}, {peer(100)}, 0.05));
  EXPECT_DOUBLE_EQ(one.ratio.value_or(0), 0.98);
  EXPECT_FALSE(one.interval.has_value());
  EXPECT_FALSE(one.sure.has_value());
}

// By hand: ratios 0.99, 1.00, 1.01: mean 1, error 0.01 / sqrt(3) = 0.0057735, t of 2 degrees of
// freedom at 97.5 % is 4.302653 (any table): 1 +- 0.024841.
TEST(Validation, SeveralRunsHaveStudentsInterval) {
  const Validation all = validate({result(99), result(100), result(101)}, {peer(100)}, 0.05);
  const ValidatedFigure one = tokens(all);
  ASSERT_TRUE(one.interval.has_value());
  EXPECT_NEAR(one.interval->low, 1 - 0.024841, 1e-6);
  EXPECT_NEAR(one.interval->high, 1 + 0.024841, 1e-6);
  EXPECT_EQ(one.sure, true);
  EXPECT_TRUE(all.agrees());
}

TEST(Validation, AnIntervalThatCrossesTheLimitIsNotSure) {
  const auto spread = [](double middle) {
    return validate({result(middle - 1), result(middle), result(middle + 1)}, {peer(100)}, 0.05);
  };
  EXPECT_EQ(tokens(spread(104)).agreement, Agreement::within);
  EXPECT_EQ(tokens(spread(104)).sure, false);
  EXPECT_EQ(tokens(spread(106)).agreement, Agreement::outside);
  EXPECT_EQ(tokens(spread(106)).sure, false);
  EXPECT_EQ(tokens(spread(120)).sure, true) << "all of it lies outside";
  EXPECT_EQ(tokens(spread(80)).sure, true);
}

TEST(Validation, TheirVariationWidensTheInterval) {
  const ValidatedFigure one = tokens(validate({result(99), result(101)}, {peer(100)}, 0.05));
  const ValidatedFigure both =
      tokens(validate({result(99), result(101)}, {peer(95), peer(105)}, 0.05));
  ASSERT_TRUE(one.interval && both.interval);
  EXPECT_GT(both.interval->high - both.interval->low, one.interval->high - one.interval->low);
}

TEST(Validation, WhatOneSideLacksIsShownAndNotJudged) {
  ServingResult theirs = peer(100);
  theirs.of(ServingFigure::ttft_p99_ms) = 50;
  ServingResult ours = result(100);
  ours.of(ServingFigure::hit_ratio) = 0.5;
  ServingResult again = result(100);
  again.of(ServingFigure::ttft_p99_ms) = 50;
  const Validation all = validate({ours, again}, {theirs}, 0.05);
  ASSERT_EQ(all.figures.size(), 3U);
  EXPECT_EQ(all.figures.at(1).reason, "ours has it in 1 of 2 runs");
  EXPECT_EQ(all.figures.at(2).reason, "ours has it in 1 of 2 runs");
  EXPECT_EQ(all.count(Agreement::not_judged), 2U);
  EXPECT_TRUE(all.agrees());
  const Validation alone = validate({ours}, {theirs}, 0.05);
  EXPECT_EQ(alone.figures.at(1).reason, "theirs does not have it");
  EXPECT_EQ(alone.figures.at(2).reason, "ours does not have it");
}

TEST(Validation, OnlyZeroAgreesWithZero) {
  EXPECT_EQ(tokens(validate({result(0)}, {peer(0)}, 0.05)).agreement, Agreement::within);
  const Validation all = validate({result(1)}, {peer(0)}, 0.05);
  EXPECT_EQ(tokens(all).agreement, Agreement::outside);
  EXPECT_FALSE(tokens(all).ratio.has_value());
  EXPECT_FALSE(all.agrees());
}

TEST(Validation, NeedsTrialsOfOneToolAndAFigureInCommon) {
  EXPECT_THROW(validate({result(1)}, {peer(1), result(1)}, 0.05), Error);
  ServingResult other{.format = ResultFormat::aiperf, .source = "two", .remarks = {}};
  EXPECT_THROW(validate({result(1)}, {other}, 0.05), Error);
  other.of(ServingFigure::ttft_mean_ms) = 1;
  EXPECT_THROW(validate({result(1)}, {other}, 0.05), Error);
}

}  // namespace
}  // namespace spillway::analysis
