// SPDX-License-Identifier: Apache-2.0
#include "report/trials.h"

#include <gtest/gtest.h>

#include "text/json_reader.h"

namespace spillway::report {
namespace {

std::vector<record::Run> runs_with(std::initializer_list<std::uint64_t> requests) {
  std::vector<record::Run> runs;
  for (const std::uint64_t count : requests) {
    record::Run& run = runs.emplace_back();
    run.observed.requests.completed = count;
    run.window.end_ns = 10'000'000'000;
  }
  return runs;
}

TEST(TrialsText, SaysWhatTooFewTrialsCannotTell) {
  const std::string text = trials_text(analysis::trial_figures(runs_with({90, 100, 110})), 3);
  EXPECT_NE(text.find("3 trials\n"), std::string::npos);
  EXPECT_NE(text.find("a 95 % interval of the median takes 6 trials"), std::string::npos) << text;
  EXPECT_NE(text.find("10.0"), std::string::npos) << text;
  EXPECT_NE(text.find("about 18 trials (requests)"), std::string::npos) << text;
}

TEST(TrialsText, OfEnoughTrialsHasTheInterval) {
  const std::string text =
      trials_text(analysis::trial_figures(runs_with({10, 20, 30, 40, 50, 60})), 6);
  EXPECT_EQ(text.find("Too few"), std::string::npos);
  EXPECT_NE(text.find("10.0 - 60.0"), std::string::npos) << text;
}

TEST(TrialsJson, HasTheValuesAndWhatTheySay) {
  const std::vector<std::string> directories = {"r/trial-1", "r/trial-2"};
  const text::JsonValue json = text::parse_json(
      trials_json(analysis::trial_figures(runs_with({90, 110})), directories), "trials");
  EXPECT_EQ(json.at("trials").elements().at(1).as_string(), "r/trial-2");
  EXPECT_FALSE(json.at("enough_for_median").as_bool());
  const text::JsonValue& requests = json.at("figures").elements().at(0);
  EXPECT_EQ(requests.at("name").as_string(), "requests");
  EXPECT_EQ(requests.at("values").elements().size(), 2U);
  EXPECT_EQ(requests.at("median").as_double(), 100);
  EXPECT_TRUE(requests.at("median_interval").is_null());
  EXPECT_EQ(requests.at("mean").as_double(), 100);
}

}  // namespace
}  // namespace spillway::report
