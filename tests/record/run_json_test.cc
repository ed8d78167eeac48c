// SPDX-License-Identifier: Apache-2.0
#include "record/run_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/error.h"
#include "tests/record/filled_run.h"

namespace spillway::record {
namespace {

using testing::HasSubstr;

std::string refusal(const std::string& text) {
  try {
    from_json(text, "old.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t place = text.find(from);
  EXPECT_NE(place, std::string::npos) << from;
  return text.replace(place, from.size(), to);
}

TEST(RunJson, ComesBackWhole) {
  const std::string text = to_json(filled_run());
  EXPECT_EQ(to_json(from_json(text, "record.json")), text);
}

TEST(RunJson, AnEmptyRunComesBackToo) {
  const std::string text = to_json(record::Run{});
  EXPECT_EQ(to_json(from_json(text, "record.json")), text);
}

TEST(RunJson, KeepsHistogramsAndExactSums) {
  const record::Run run = from_json(to_json(filled_run()), "record.json");
  const record::Run original = filled_run();
  EXPECT_EQ(run.observed.completed.ttft, original.observed.completed.ttft);
  EXPECT_EQ(run.observed.tier(TierId::storage).read.latency,
            original.observed.tier(TierId::storage).read.latency);
  EXPECT_EQ(run.observed.tier(TierId::storage).read.errors,
            original.observed.tier(TierId::storage).read.errors);
  EXPECT_EQ(run.settings, original.settings);
  EXPECT_EQ(run.environment, original.environment);
  EXPECT_EQ(run.reasons, original.reasons);
  EXPECT_EQ(run.observed.engine.depth_ns, original.observed.engine.depth_ns);
}

TEST(RunJson, KeepsTheSearchForUsers) {
  const record::Run run = from_json(to_json(filled_run()), "record.json");
  ASSERT_TRUE(run.autoscaling.has_value());
  EXPECT_EQ(run.autoscaling->users, 23U);
  ASSERT_EQ(run.autoscaling->steps.size(), 2U);
  EXPECT_EQ(run.autoscaling->steps[0].action, ScalingAction::scale_up);
  EXPECT_EQ(run.autoscaling->steps[1].tokens_per_s,
            (stats::Estimate{.value = 230.5, .low = 225, .high = 236}));
  EXPECT_THAT(refusal(replaced(to_json(filled_run()), "\"scale_up\"", "\"grow\"")),
              AllOf(HasSubstr("action"), HasSubstr("scale_down"), HasSubstr("grow")));
}

TEST(RunJson, ARecordFromBeforeThereWasASearchIsRead) {
  const std::string text = replaced(to_json(record::Run{}), "\n  \"autoscaling\": null,", "");
  EXPECT_FALSE(from_json(text, "record.json").autoscaling.has_value());
}

TEST(RunJson, WritesWhatWasNotMeasuredAsNull) {
  record::Run run;
  run.window = {.start_ns = 0, .end_ns = 1'000'000'000};
  const std::string text = to_json(run);
  EXPECT_THAT(text, HasSubstr("\"hit_ratio\": null"));
  EXPECT_THAT(text, HasSubstr("\"device_read_bytes\": null"));
  EXPECT_THAT(text, HasSubstr("\"direct\": null"));
  EXPECT_THAT(text, HasSubstr("\"p99\": null"));
  EXPECT_THAT(text, HasSubstr("\"cpu_seconds\": null"));
}

TEST(RunJson, WritesLatenciesInMilliseconds) {
  record::Run run;
  run.observed.completed.ttft.add(9'000'000);
  EXPECT_THAT(replaced(to_json(run), "\n", ""), HasSubstr("\"max\": 9"));
}

TEST(RunJson, RefusesWhatIsNotItsLayout) {
  const std::string text = to_json(filled_run());
  EXPECT_THAT(refusal(replaced(text, std::string(kSchema), "spillway.record/99")),
              AllOf(HasSubstr("old.json"), HasSubstr("schema"), HasSubstr("spillway.record/99")));
  EXPECT_THAT(refusal(replaced(text, "\"offered\"", "\"of\"")),
              AllOf(HasSubstr("old.json"), HasSubstr("requests"), HasSubstr("offered")));
  EXPECT_THAT(refusal(replaced(text, "\"offered\": 4", "\"offered\": \"four\"")),
              AllOf(HasSubstr("old.json"), HasSubstr("requests.offered")));
  EXPECT_THAT(refusal(replaced(text, "\"command_line\"", "\"guess\"")),
              AllOf(HasSubstr("origin"), HasSubstr("guess")));
  EXPECT_THAT(refusal(text.substr(0, text.size() / 2)), HasSubstr("old.json"));
  EXPECT_THAT(refusal("[]"), HasSubstr("old.json"));
}

TEST(RunJson, RefusesAHistogramWhoseListsDiffer) {
  const std::string text = to_json(filled_run());
  const std::size_t place = text.find("\"counts\": [") + std::string("\"counts\": [").size();
  EXPECT_THAT(refusal(text.substr(0, place) + "1, " + text.substr(place)), HasSubstr("counts"));
}

TEST(RunJson, LoadsAFileOrTheDirectoryAroundIt) {
  std::string root = testing::TempDir() + "spillway-json-XXXXXX";
  ASSERT_NE(mkdtemp(root.data()), nullptr);
  std::ofstream(root + "/record.json") << to_json(filled_run());
  EXPECT_EQ(load_run(root).plan.hash, filled_run().plan.hash);
  EXPECT_EQ(load_run(root + "/record.json").plan.hash, filled_run().plan.hash);
  EXPECT_THROW(load_run(root + "/none"), Error);
  std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace spillway::record
