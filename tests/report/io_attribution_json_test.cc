// SPDX-License-Identifier: Apache-2.0
#include "report/io_attribution_json.h"

#include <gtest/gtest.h>

#include <string>

#include "record/replay_evidence.h"
#include "tests/text/json_match.h"
#include "text/json_reader.h"

namespace spillway::report {
namespace {

using text::JsonValue;

const std::string kCases = SPILLWAY_SOURCE_DIR "/tests/data/conformance/";
constexpr std::uint64_t kSector = 512;

UtcTime time_of(const JsonValue& sample, std::string_view key = "timestamp_utc") {
  return parse_utc(sample.at(key).as_string()).value();
}

void add_windows(const JsonValue& in, analysis::IoCapture& capture) {
  for (const auto& [phase, window] : in.at("phase_windows").members()) {
    capture.windows.push_back(
        {.phase = phase, .start = time_of(window, "start"), .end = time_of(window, "end")});
  }
}

void add_processes(const JsonValue& in, analysis::IoCapture& capture) {
  for (const JsonValue& one : in.at("process_samples").elements()) {
    record::ProcessSample sample{.taken = time_of(one),
                                 .success = one.at("success").as_bool(),
                                 .selection = one.at("selection_mode").as_string(),
                                 .processes = {}};
    for (const JsonValue& process : one.at("processes").elements()) {
      sample.processes.push_back({.pid = process.at("pid").as_int(),
                                  .command_line = process.at("cmdline").as_string(),
                                  .read_bytes = process.at("read_bytes").as_uint(),
                                  .write_bytes = process.at("write_bytes").as_uint()});
    }
    capture.process_samples.push_back(std::move(sample));
  }
}

void add_files(const JsonValue& in, analysis::IoCapture& capture) {
  for (const JsonValue& one : in.at("lsof_samples").elements()) {
    record::OpenFilesSample sample{
        .taken = time_of(one), .success = one.at("success").as_bool(), .files = {}};
    for (const JsonValue& file : one.at("entries").elements()) {
      sample.files.push_back({.pid = file.at("pid").as_int(), .path = file.at("path").as_string()});
    }
    capture.file_samples.push_back(std::move(sample));
  }
}

// What the recorded run of case 018 was given.
analysis::IoCapture recorded() {
  const JsonValue in = text::read_json(kCases + "case-018/input/in.json");
  analysis::IoCapture capture;
  capture.nvme_device = "/dev/nvme0";
  capture.disk_path = "/mnt/nvme/kvbm";
  add_windows(in, capture);
  for (const JsonValue& one : in.at("block_samples").elements()) {
    capture.block_samples.push_back({.taken = time_of(one),
                                     .success = one.at("success").as_bool(),
                                     .read_bytes = one.at("read_sectors").as_uint() * kSector,
                                     .write_bytes = one.at("write_sectors").as_uint() * kSector});
  }
  add_processes(in, capture);
  add_files(in, capture);
  return capture;
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
  analysis::IoCapture capture;
  capture.nvme_device = in.at("primary_nvme_device").as_string();
  capture.disk_path = in.at("kvbm_disk_path").as_string();
  add_windows(in, capture);
  capture.errors = {{.command = "x", .return_code = std::nullopt, .message = "collector_failed"}};
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
