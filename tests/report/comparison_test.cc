// SPDX-License-Identifier: Apache-2.0
#include "report/comparison.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/record/filled_run.h"
#include "text/json_reader.h"

namespace spillway::report {
namespace {

record::Run scaled(std::optional<std::uint64_t> users) {
  record::Run run;
  run.window.end_ns = 10'000'000'000;
  run.autoscaling.emplace();
  run.autoscaling->users = users;
  run.autoscaling->final_users = 30;
  run.autoscaling->reason = "the run was over";
  return run;
}

std::vector<ComparedRun> runs() {
  return {{.name = "storage-only",
           .title = "Tier: \"storage\"",
           .purpose = "what storage gives",
           .run = record::filled_run(),
           .missing = {}},
          {.name = "autoscale",
           .title = "Autoscaling",
           .purpose = "how many users",
           .run = scaled(std::nullopt),
           .missing = {}},
          {.name = "gpu-only",
           .title = "Tier: gpu",
           .purpose = "the fastest",
           .missing = "it needs a graphics card"}};
}

TEST(Comparison, PutsRunsSideBySide) {
  const std::string text = comparison_text(runs());
  EXPECT_NE(text.find("What users felt\n"), std::string::npos);
  EXPECT_NE(text.find("40.00 %"), std::string::npos) << text;
  EXPECT_NE(text.find("storage read p95, ms"), std::string::npos) << text;
  EXPECT_NE(text.find("  storage-only (gpu modelled) "), std::string::npos) << text;
}

TEST(Comparison, SaysWhatIsUndecidedAndWhatDidNotRun) {
  const std::string text = comparison_text(runs());
  EXPECT_NE(text.find("undecided; 0 up, 0 down, last 30 users"), std::string::npos) << text;
  EXPECT_NE(text.find("it needs a graphics card"), std::string::npos);
  const std::string markdown = comparison_markdown(runs());
  EXPECT_NE(markdown.find(" undecided |"), std::string::npos) << markdown;
  EXPECT_NE(markdown.find("| gpu-only | - |"), std::string::npos) << markdown;
  const ComparedRun found{
      .name = "a", .title = "a", .purpose = "a", .run = scaled(41), .missing = {}};
  EXPECT_NE(comparison_text(std::vector{found}).find("41 users; 0 up"), std::string::npos);
}

TEST(Comparison, AsCsvHasAColumnForEveryFigureAndQuotesTexts) {
  const std::string csv = comparison_csv(runs());
  EXPECT_TRUE(csv.starts_with("workload,title,missing,requests,request_rate,")) << csv;
  EXPECT_NE(csv.find("\nstorage-only,\"Tier: \"\"storage\"\"\",\"\",2,0.2,"), std::string::npos)
      << csv;
  EXPECT_NE(csv.find("\ngpu-only,\"Tier: gpu\",\"it needs a graphics card\",,,"), std::string::npos)
      << csv;
}

TEST(Comparison, AsJsonHasNullForWhatIsMissing) {
  const text::JsonValue json = text::parse_json(comparison_json(runs()), "comparison");
  const auto& all = json.at("runs").elements();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].at("figures").at("hit_ratio").as_double(), 0.4);
  EXPECT_TRUE(all[1].at("figures").at("users_found").is_null());
  EXPECT_EQ(all[2].at("missing").as_string(), "it needs a graphics card");
  EXPECT_TRUE(all[2].at("figures").at("requests").is_null());
}

}  // namespace
}  // namespace spillway::report
