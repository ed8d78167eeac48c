// SPDX-License-Identifier: Apache-2.0
#include "report/io_attribution_json.h"

#include <gtest/gtest.h>

#include <string>

#include "record/replay_evidence.h"
#include "tests/conformance/recorded_io.h"
#include "tests/text/json_match.h"
#include "text/json_reader.h"

namespace spillway::report {
namespace {

using text::JsonValue;

const std::string kCases = SPILLWAY_SOURCE_DIR "/tests/data/conformance/";
analysis::IoCapture recorded() {
  return recorded_capture(text::read_json(kCases + "case-018/input/in.json"));
}

std::string written(const analysis::IoCapture& capture) {
  return io_attribution_json(capture, analysis::attribute_io(capture), "run/io", UtcTime());
}

TEST(IoAttributionJson, MeetsTheRecordedReport) {
  const JsonValue golden = text::read_json(kCases + "case-018/golden/return.json");
  const JsonValue ours = text::parse_json(written(recorded()), "report");
  EXPECT_EQ(text::json_difference(ours, golden,
                                  {"capture_timestamp", "tools_available", "collection_methods",
                                   "bpftrace_probe", "config_hints"}),
            "");
}

TEST(IoAttributionJson, MeetsTheRecordedReportOfACollectorThatFailed) {
  const JsonValue in = text::read_json(kCases + "case-017/input/in.json");
  const analysis::IoCapture capture = recorded_capture(in);
  const JsonValue golden = text::read_json(kCases + "case-017/golden/return.json");
  const JsonValue ours = text::parse_json(
      failed_io_attribution_json(capture, "collector_failed", UtcTime()), "report");
  EXPECT_EQ(text::json_difference(ours, golden, {"capture_timestamp"}), "");
}

TEST(IoAttributionJson, IsReadByTheCheckOfTheReplay) {
  const record::ReplayEvidence evidence =
      record::parse_replay_evidence(written(recorded()), "report");
  EXPECT_EQ(evidence.phase, "replay");
  EXPECT_TRUE(evidence.window_is_valid);
  EXPECT_EQ(evidence.block_read_bytes, 25600);
  EXPECT_EQ(evidence.process_read_bytes, 3500);
  ASSERT_EQ(evidence.pids.size(), 1U);
  EXPECT_EQ(evidence.pids[0].read_bytes, 3500);
  EXPECT_EQ(evidence.files, 1U);
  EXPECT_EQ(evidence.disk_path, "/mnt/nvme/kvbm");
}

TEST(IoAttributionJson, BoundariesHaveTheGroupsBytesAndTheSamplesBesideThem) {
  analysis::IoCapture capture = recorded();
  capture.process_boundaries["replay"] = {
      .read_bytes = 0,
      .write_bytes = 0,
      .cgroup_read_bytes = 77,
      .cgroup_write_bytes = 5,
      .processes = {{.pid = 111, .command_line = "worker", .read_bytes = 0}}};
  const std::string text = written(capture);
  const JsonValue json = text::parse_json(text, "report");
  const JsonValue& process = json.at("process_io_by_phase").at("replay");
  EXPECT_EQ(process.at("source").as_string(), "phase_boundary_process_delta");
  EXPECT_EQ(process.at("sampled_read_bytes").as_int(), 3500);
  EXPECT_EQ(process.at("per_pid").elements().at(0).at("read_bytes_delta").as_int(), 0);
  EXPECT_EQ(record::parse_replay_evidence(text, "report").cgroup_read_bytes, 77);
}

TEST(IoAttributionJson, WhatNobodyCountedIsNull) {
  analysis::IoCapture capture = recorded();
  capture.block_samples.clear();
  const JsonValue json = text::parse_json(written(capture), "report");
  EXPECT_TRUE(json.at("block_io_by_phase").at("replay").at("read_bytes").is_null());
  EXPECT_EQ(json.at("block_io_by_phase").at("replay").at("source").as_string(), "unavailable");
}

}  // namespace
}  // namespace spillway::report
