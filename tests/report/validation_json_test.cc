// SPDX-License-Identifier: Apache-2.0
#include "report/validation_json.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "text/json_reader.h"

namespace spillway::report {
namespace {

using record::ResultFormat;
using record::ServingFigure;
using record::ServingResult;
using text::JsonValue;

ServingResult result(ResultFormat format, double tokens_per_s) {
  ServingResult one{.format = format, .source = "some.json", .remarks = {"a remark"}};
  one.of(ServingFigure::output_tokens_per_s) = tokens_per_s;
  return one;
}

JsonValue compared(const std::vector<ServingResult>& ours) {
  ServingResult theirs = result(ResultFormat::aiperf, 100);
  theirs.of(ServingFigure::token_hit_ratio) = 0.5;
  return text::parse_json(validation_json(analysis::validate(ours, {theirs}, 0.05)), "written");
}

TEST(ValidationJson, HasEveryFigureOfTheValidation) {
  const JsonValue json =
      compared({result(ResultFormat::record, 99), result(ResultFormat::record, 101)});
  EXPECT_EQ(json.at("schema").as_string(), "spillway.validation/1");
  EXPECT_EQ(json.at("tolerance").as_double(), 0.05);
  EXPECT_TRUE(json.at("agrees").as_bool());
  EXPECT_EQ(json.at("ours").elements().size(), 2U);
  const JsonValue& theirs = json.at("theirs").elements().front();
  EXPECT_EQ(theirs.at("format").as_string(), "aiperf");
  EXPECT_EQ(theirs.at("remarks").elements().front().as_string(), "a remark");
  const JsonValue& tokens = json.at("figures").at("output_tokens_per_s");
  EXPECT_EQ(tokens.at("ratio").as_double(), 1);
  EXPECT_LT(tokens.at("low").as_double(), 1);
  EXPECT_GT(tokens.at("high").as_double(), 1);
  EXPECT_EQ(tokens.at("agreement").as_string(), "within");
  EXPECT_FALSE(tokens.at("sure").as_bool());
}

TEST(ValidationJson, WhatIsNotKnownIsNull) {
  const JsonValue json = compared({result(ResultFormat::record, 80)});
  EXPECT_FALSE(json.at("agrees").as_bool());
  const JsonValue& tokens = json.at("figures").at("output_tokens_per_s");
  EXPECT_TRUE(tokens.at("low").is_null());
  EXPECT_TRUE(tokens.at("sure").is_null());
  EXPECT_TRUE(tokens.at("reason").is_null());
  const JsonValue& hits = json.at("figures").at("token_hit_ratio");
  EXPECT_TRUE(hits.at("ours").is_null());
  EXPECT_EQ(hits.at("agreement").as_string(), "not_judged");
  EXPECT_EQ(hits.at("reason").as_string(), "ours does not have it");
}

TEST(ValidationJson, EachKeyAndFigureIsDefined) {
  std::ostringstream document;
  document << std::ifstream(SPILLWAY_SOURCE_DIR "/docs/metrics.md").rdbuf();
  const std::string text = document.str();
  for (const std::string_view name : record::kServingFigureNames) {
    EXPECT_NE(text.find("`" + std::string(name) + "`"), std::string::npos) << name;
  }
  for (const char* const key : {"ours", "theirs", "ratio", "agreement", "sure", "agrees"}) {
    EXPECT_NE(text.find("`" + std::string(key) + "`"), std::string::npos) << key;
  }
}

}  // namespace
}  // namespace spillway::report
