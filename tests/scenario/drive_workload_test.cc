// SPDX-License-Identifier: Apache-2.0
#include "scenario/drive_workload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/error.h"
#include "scenario/bench_settings.h"
#include "tests/workload/traces.h"

namespace spillway::scenario {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

const std::string kTrace = workload::excerpt("mooncake/conversation_head.jsonl");

workload::ScenarioSpec asking_for(std::size_t requests) {
  workload::ScenarioSpec spec;
  spec.groups.push_back(
      {.name = "workload", .kind = workload::PromptKind::workload, .count = requests});
  return spec;
}

// What spillway bench plans with these settings.
std::string hash_of_bench(const DriveWorkload& workload, const std::string& requests) {
  Settings settings(bench_settings());
  for (const auto& [name, value] : workload.settings) {
    settings.set(name, value, record::Origin::command_line);
  }
  settings.set("max-requests", requests, record::Origin::command_line);
  if (workload.by_time) settings.set("arrival", "trace", record::Origin::command_line);
  return open_workload(bench_config(settings, {}).workload)->summary().hash;
}

TEST(DriveWorkloadTest, IsThePlanOfTheBenchmark) {
  for (const DriveWorkload& workload :
       {DriveWorkload{.settings = {{"trace", kTrace}}},
        DriveWorkload{.settings = {{"trace", kTrace}, {"time-scale", "0.5"}}, .by_time = true},
        DriveWorkload{.settings = {{"trace", kTrace}, {"num-users", "3"}}},
        DriveWorkload{.settings = {{"num-users", "5"}, {"seed", "9"}}},
        DriveWorkload{
            .settings = {{"num-users", "5"}, {"enable-rag", "on"}, {"rag-num-docs", "3"}}},
        DriveWorkload{}}) {
    const auto plan = open_drive_workload(workload, asking_for(20));
    EXPECT_EQ(plan->size(), 20U);
    EXPECT_EQ(plan->summary().hash, hash_of_bench(workload, "20"));
  }
}

TEST(DriveWorkloadTest, IsNoneWhereTheScenarioAsksForNone) {
  EXPECT_EQ(open_drive_workload({}, {}), nullptr);
  EXPECT_THAT([] { open_drive_workload({.settings = {{"trace", kTrace}}}, {}); },
              ThrowsMessage<Error>(HasSubstr("--scenario workload")));
  EXPECT_THAT([] { open_drive_workload({.by_time = true}, {}); },
              ThrowsMessage<Error>(HasSubstr("--arrival trace")));
}

TEST(DriveWorkloadTest, RefusesWhatDecidesNothingAboutTheRequests) {
  EXPECT_THAT([] { open_drive_workload({.settings = {{"cpu-mem-gb", "4"}}}, asking_for(1)); },
              ThrowsMessage<Error>(HasSubstr("--workload-set cpu-mem-gb=4")));
  EXPECT_THAT([] { open_drive_workload({.settings = {{"trace", "/none"}}}, asking_for(1)); },
              ThrowsMessage<Error>(HasSubstr("/none")));
  EXPECT_THROW(open_drive_workload({.by_time = true}, asking_for(1)), Error)
      << "synthetic users have no recorded times";
}

}  // namespace
}  // namespace spillway::scenario
