// SPDX-License-Identifier: Apache-2.0
#include "record/drive_record_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "core/error.h"
#include "text/json_reader.h"

namespace spillway::record {
namespace {

using testing::AllOf;
using testing::HasSubstr;

DriveRecord filled() {
  DriveRecord record;
  record.run_id = "r-1";
  record.created = "2026-02-18T12:15:00+00:00";
  record.scenario = "standard";
  record.model = "m";
  record.plan_hash = "abc";
  record.settings = {{.name = "requests", .value = std::int64_t{3}, .origin = Origin::command_line},
                     {.name = "model-id",
                      .value = std::string("m"),
                      .origin = Origin::resolved,
                      .asked = std::string("auto")},
                     {.name = "stop", .value = std::vector<std::string>{"a", "b"}}};
  record.environment = {{.name = "cores", .value = std::int64_t{2}},
                        {.name = "cpu_model", .value = {}}};
  record.invalid_reason = "model_dropped";
  record.invalid_details = {"after phase main"};
  record.doubts = {"client_busy: 0.9"};
  record.interrupted = true;
  record.notes = {"interrupted in phase main"};
  DrivePhaseRecord phase;
  phase.name = "main";
  phase.role = "measure";
  phase.ran = true;
  phase.start = UtcTime(std::chrono::microseconds(1'771'416'900'250'000));
  phase.end = phase.start + std::chrono::seconds(2);
  phase.concurrency = 4;
  phase.duration_s = 2;
  phase.counts.sent = 4;
  phase.counts.completed = 3;
  phase.counts.failed = 1;
  phase.counts.completion_tokens = 30;
  phase.faults[0] = 3;
  phase.faults[static_cast<std::size_t>(CompletionFault::http_5xx)] = 1;
  for (const int ms : {5, 10, 20}) {
    phase.latencies.latency.add(ms * 1'000'000);
    phase.latencies.latency_from_due.add(ms * 2'000'000);
  }
  record.phases.push_back(phase);
  DrivePhaseRecord planned;
  planned.name = "replay";
  planned.measured = false;
  planned.counts.planned = 7;
  record.phases.push_back(planned);
  return record;
}

// The last of them: the figures of the whole come first, and are not read.
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t place = text.rfind(from);
  EXPECT_NE(place, std::string::npos) << from;
  return text.replace(place, from.size(), to);
}

std::string refusal(const std::string& text) {
  try {
    drive_record_from_json(text, "record.json");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(DriveRecordJsonTest, ComesBackWhole) {
  const std::string text = to_json(filled());
  const DriveRecord read = drive_record_from_json(text, "record.json");
  EXPECT_EQ(to_json(read), text);
  EXPECT_EQ(read.settings, filled().settings);
  EXPECT_EQ(read.phases[0].latencies.latency, filled().phases[0].latencies.latency);
  EXPECT_EQ(read.phases[0].faults, filled().phases[0].faults);
  EXPECT_EQ(read.phases[0].role, "measure");
  EXPECT_EQ(read.phases[0].start, filled().phases[0].start);
  const std::string empty = to_json(DriveRecord());
  EXPECT_EQ(to_json(drive_record_from_json(empty, "record.json")), empty);
}

TEST(DriveRecordJsonTest, BothLatenciesFaultsAndTheWholeStandInIt) {
  const text::JsonValue json = text::parse_json(to_json(filled()), "record.json");
  EXPECT_EQ(json.at("schema").as_string(), kDriveSchema);
  EXPECT_FALSE(json.at("valid").as_bool());
  EXPECT_FALSE(json.at("decision_grade").as_bool());
  const text::JsonValue& phase = json.at("phases").elements()[0];
  EXPECT_EQ(phase.at("latency_ms").at("latency").at("max").as_double(), 20);
  EXPECT_EQ(phase.at("latency_ms").at("latency_from_due").at("max").as_double(), 40);
  EXPECT_TRUE(phase.at("latency_ms").at("ttft").at("p99").is_null());
  EXPECT_EQ(phase.at("faults").members().size(), 1U);
  EXPECT_EQ(phase.at("throughput").at("requests_per_s").as_double(), 1.5);
  EXPECT_EQ(json.at("overall").at("counts").at("completed").as_uint(), 3U);
  EXPECT_EQ(json.at("overall").at("counts").at("planned").as_uint(), 0U);
}

TEST(DriveRecordJsonTest, BadInputIsRefusedWithItsPlace) {
  const std::string text = to_json(filled());
  EXPECT_THAT(refusal("{"), HasSubstr("record.json"));
  EXPECT_THAT(refusal(replaced(text, "spillway.drive-record/1", "spillway.record/1")),
              AllOf(HasSubstr("schema"), HasSubstr("spillway.drive-record/1")));
  EXPECT_THAT(refusal(replaced(text, "\"http_5xx\"", "\"http_6xx\"")),
              AllOf(HasSubstr("faults"), HasSubstr("http_5xx")));
  EXPECT_THAT(refusal(replaced(text, "\"2026-02-18T12:15:00.250+00:00\"", "\"noon\"")),
              AllOf(HasSubstr("start"), HasSubstr("a time")));
  EXPECT_THAT(refusal(replaced(text, "\"sent\": 4", "\"sent\": -4")), HasSubstr("sent"));
  EXPECT_THAT(refusal(replaced(text, "\"resolved\"", "\"guessed\"")),
              AllOf(HasSubstr("origin"), HasSubstr("command_line")));
  EXPECT_THAT(refusal(replaced(text, "\"counts\": [1,1,1]", "\"counts\": [1,1]")),
              HasSubstr("3 counts"));
  EXPECT_THAT(refusal(replaced(text, "\"phases\"", "\"stages\"")), HasSubstr("phases"));
}

}  // namespace
}  // namespace spillway::record
