// SPDX-License-Identifier: Apache-2.0
#include "report/replay_attribution_json.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/text/json_match.h"
#include "text/json_reader.h"

namespace spillway::report {
namespace {

const std::string kCases = SPILLWAY_SOURCE_DIR "/tests/data/conformance/";

analysis::ReplayVerdict judge(const std::string& name) {
  const ReplayPaths paths = replay_paths(kCases + name + "/input/run");
  return analysis::judge_replay(record::find_replay_summary(paths.summary),
                                record::find_replay_evidence(paths.report), true);
}

std::string written(const analysis::ReplayVerdict& verdict) {
  return replay_attribution_json(verdict, replay_paths("run"), UtcTime());
}

class RecordedVerdict : public testing::TestWithParam<std::string_view> {};

TEST_P(RecordedVerdict, IsMet) {
  const std::string name(GetParam());
  const text::JsonValue golden =
      text::read_json(kCases + name + "/golden/run/io/io_attrib_verdict.json");
  const text::JsonValue ours = text::parse_json(written(judge(name)), "verdict");
  EXPECT_EQ(text::json_difference(ours, golden, {"timestamp_utc", "detail"}), "");
}

INSTANTIATE_TEST_SUITE_P(Cases, RecordedVerdict,
                         testing::Values("case-004", "case-005", "case-006", "case-007", "case-008",
                                         "case-009"));

TEST(ReplayAttributionJson, ListsTheTenThatReadMost) {
  analysis::ReplayVerdict verdict;
  for (std::int64_t i = 20; i > 0; --i) verdict.readers.push_back({.pid = i, .read_bytes = i});
  const text::JsonValue json = text::parse_json(written(verdict), "verdict");
  ASSERT_EQ(json.at("top_pids_replay").elements().size(), 10U);
  EXPECT_EQ(json.at("top_pids_replay").elements()[9].at("pid").as_int(), 11);
}

TEST(ReplayAttributionJson, SaysWhenItWasWritten) {
  const UtcTime noon = parse_utc("2026-02-12T12:00:00Z").value();
  const std::string text = replay_attribution_json(judge("case-004"), replay_paths("run/"), noon);
  const text::JsonValue json = text::parse_json(text, "verdict");
  EXPECT_EQ(json.at("timestamp_utc").as_string(), "2026-02-12T12:00:00+00:00");
  EXPECT_EQ(json.at("artifacts").at("summary_path").as_string(), "run/summary.json");
}

TEST(ReplayAttributionJson, TheLineNamesWhatFails) {
  EXPECT_TRUE(replay_attribution_line(judge("case-004")).starts_with("PASS "));
  const std::string line = replay_attribution_line(judge("case-008"));
  EXPECT_TRUE(line.starts_with("FAIL ")) << line;
  EXPECT_NE(line.find("io_report_present: missing:"), std::string::npos) << line;
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace spillway::report
