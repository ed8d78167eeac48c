// SPDX-License-Identifier: Apache-2.0
#include "record/beside_json.h"

#include <gtest/gtest.h>

#include <string>

#include "record/run_json.h"
#include "tests/record/filled_run.h"

namespace spillway::record {
namespace {

TEST(BesideJson, ComesBackWhole) {
  const record::Run original = filled_run();
  ASSERT_TRUE(original.precondition && original.io_trace && original.latency_tracing &&
              original.validation);
  const record::Run run = from_json(to_json(original), "record.json");
  EXPECT_EQ(run.precondition, original.precondition);
  EXPECT_EQ(run.io_trace, original.io_trace);
  EXPECT_EQ(run.latency_tracing, original.latency_tracing);
  EXPECT_EQ(run.validation, original.validation);
}

TEST(BesideJson, IsNullForWhatARunDidNotDo) {
  const std::string text = to_json(record::Run{});
  for (const std::string name : {"precondition", "io_trace", "device_latency", "validation"}) {
    EXPECT_NE(text.find("\"" + name + "\": null"), std::string::npos) << name;
  }
}

TEST(BesideJson, ARecordFromBeforeThereWereTheseIsRead) {
  std::string text = to_json(record::Run{});
  for (const std::string name : {"precondition", "io_trace", "device_latency", "validation"}) {
    const std::string member = "\n  \"" + name + "\": null,";
    const std::size_t place = text.find(member);
    ASSERT_NE(place, std::string::npos) << name;
    text.erase(place, member.size());
  }
  const record::Run run = from_json(text, "record.json");
  EXPECT_FALSE(run.precondition || run.io_trace || run.latency_tracing || run.validation);
}

}  // namespace
}  // namespace spillway::record
