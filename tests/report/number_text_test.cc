// SPDX-License-Identifier: Apache-2.0
#include "report/number_text.h"

#include <gtest/gtest.h>

#include <cmath>

namespace spillway::report {
namespace {

TEST(NumberText, CountsHaveSeparators) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(105'710), "105,710");
  EXPECT_EQ(count_text(1'000'000), "1,000,000");
}

TEST(NumberText, KeepsThreeDigits) {
  EXPECT_EQ(number_text(0.0), "0.00");
  EXPECT_EQ(number_text(0.0123456), "0.0123");
  EXPECT_EQ(number_text(0.9996), "1.00");
  EXPECT_EQ(number_text(4.5), "4.50");
  EXPECT_EQ(number_text(9.996), "10.0");
  EXPECT_EQ(number_text(45.67), "45.7");
  EXPECT_EQ(number_text(99.96), "100");
  EXPECT_EQ(number_text(999.4), "999");
  EXPECT_EQ(number_text(12'345.6), "12,346");
  EXPECT_EQ(number_text(-4.5), "-4.50");
}

TEST(NumberText, WhatIsMissingIsADash) {
  EXPECT_EQ(number_text(std::nullopt), "-");
  EXPECT_EQ(number_text(std::nan("")), "-");
  EXPECT_EQ(percent_text(std::nullopt), "-");
  EXPECT_EQ(traffic_text(std::nullopt), "-");
  EXPECT_EQ(count_text(std::optional<std::uint64_t>()), "-");
  EXPECT_EQ(quantile_ms_text(stats::Histogram(), 0.5), "-");
  EXPECT_EQ(max_ms_text(stats::Histogram()), "-");
}

TEST(NumberText, SharesAreInPercent) { EXPECT_EQ(percent_text(105'710.0 / 288'500), "36.64 %"); }

TEST(NumberText, TrafficIsInDecimalUnits) {
  EXPECT_EQ(traffic_text(0), "0 B");
  EXPECT_EQ(traffic_text(999), "999 B");
  EXPECT_EQ(traffic_text(1'000), "1.00 kB");
  EXPECT_EQ(traffic_text(12'345'678'901), "12.3 GB");
  EXPECT_EQ(traffic_text(999'900'000), "1.00 GB");
}

TEST(NumberText, LongTextIsBrokenBetweenWords) {
  const std::string text =
      labelled_text("label", std::string(80, 'a') + " " + std::string(80, 'b'));
  EXPECT_EQ(text, "  label         " + std::string(80, 'a') + "\n" + std::string(16, ' ') +
                      std::string(80, 'b') + "\n");
  EXPECT_EQ(labelled_text("label", ""), "");
}

}  // namespace
}  // namespace spillway::report
