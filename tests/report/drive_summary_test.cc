// SPDX-License-Identifier: Apache-2.0
#include "report/drive_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "record/replay_evidence.h"
#include "report/harness_report.h"
#include "text/json_reader.h"

namespace spillway::report {
namespace {

using analysis::DriveRun;
using testing::HasSubstr;
using text::JsonValue;

// A B2 run whose replay read four blocks from disk.
DriveRun replayed() {
  DriveRun run;
  run.run_id = "r-1";
  run.scenario = "rehydrate_replay";
  run.model_id = "m";
  run.model_count_end = 1;
  run.kv = {.mode = "cpu_disk", .tier = "B2", .enabled = true, .cpu_gb = 8, .disk_gb = 32};
  run.kv_runtime_env = {{"BENCH_TIER_MODE", "B2"}};
  run.block_device = "vda";
  run.worker_pattern = "spillway";
  run.fingerprint = {{"git_sha", "abc"}};
  double blocks = 0;
  for (const auto& [name, role] :
       {std::pair("populate", "baseline"), {"thrash", "pressure"}, {"replay", "replay"}}) {
    analysis::DrivePhaseRun phase;
    phase.name = name;
    phase.role = role;
    phase.ran = true;
    phase.planned = 1;
    phase.sent = 1;
    phase.duration_s = 1;
    phase.start = UtcTime(std::chrono::seconds(1'771'416'900));
    phase.end = phase.start + std::chrono::seconds(1);
    analysis::PhaseRow row;
    row.latency_ms = 10;
    row.ok = true;
    phase.sums.add(row);
    for (record::KvbmSnapshot* const one : {&phase.kvbm_before, &phase.kvbm_after}) {
      one->success = true;
      for (const std::string_view counter : record::kKvbmCounters) one->metrics.emplace(counter, 0);
    }
    phase.kvbm_before.metrics["kvbm_onboard_blocks_d2d"] = blocks;
    if (std::string_view(name) == "replay") blocks += 4;
    phase.kvbm_after.metrics["kvbm_onboard_blocks_d2d"] = blocks;
    phase.block_before.success = phase.block_after.success = true;
    phase.block_after.read_bytes = std::string_view(name) == "replay" ? 8'388'608 : 0;
    run.kvbm_snapshots.push_back(phase.kvbm_after);
    run.phases.push_back(phase);
  }
  return run;
}

TEST(DriveSummaryTest, HasTheHarnesssKeys) {
  const JsonValue summary =
      text::parse_json(drive_summary_json(replayed(), DriveMachine()), "summary");
  for (const char* const key : {"run_id",
                                "created_utc",
                                "run_valid",
                                "invalid_reason",
                                "invalid_details",
                                "model_id",
                                "model_count_end",
                                "scenario",
                                "stream",
                                "stream_timeout_s",
                                "stream_record_ttfb",
                                "mode",
                                "tier_mode",
                                "kvbm_enabled",
                                "kvbm_metrics_available",
                                "kvbm_metrics_status",
                                "kv_mode",
                                "kv_runtime_env",
                                "variant_tags",
                                "request_manifest_path",
                                "phase_delta_artifacts",
                                "nvme",
                                "storage",
                                "io_attribution",
                                "phase_windows",
                                "phase_summaries",
                                "overall_summary",
                                "kvbm_metrics",
                                "ttfc_sanity_validation",
                                "request_identity",
                                "fingerprint",
                                "notes"}) {
    EXPECT_NE(summary.find(key), nullptr) << key;
  }
  EXPECT_EQ(summary.at("mode").as_string(), "B2");
  EXPECT_TRUE(summary.at("run_valid").as_bool());
  EXPECT_EQ(summary.at("phase_windows").at("replay").at("start").as_string(),
            "2026-02-18T12:15:00+00:00");
  const JsonValue& replay = summary.at("phase_summaries").elements()[2];
  EXPECT_EQ(replay.at("io_delta").at("read_mib_delta").as_double(), 8);
  EXPECT_EQ(replay.at("kvbm_metrics_delta").at("kvbm_onboard_blocks_d2d_delta").as_double(), 4);
  EXPECT_EQ(replay.at("load").at("sent").as_uint(), 1U);
  const JsonValue& overall = summary.at("overall_summary");
  EXPECT_EQ(overall.at("total_requests").as_uint(), 3U);
  EXPECT_EQ(overall.at("rehydrate_replay_signal_kvbm").at("signal").as_string(),
            "disk_rehydrate_detected");
  EXPECT_EQ(overall.at("rehydrate_replay_signal_io").at("signal").as_string(), "possible_readback");
}

TEST(DriveSummaryTest, IsReadByTheReportAndByTheCheckOfTheReplay) {
  DriveMachine machine;
  machine.io_attribution = true;
  const std::string json = drive_summary_json(replayed(), machine);
  const std::string report = render_harness_report(text::parse_json(json, "summary"));
  EXPECT_THAT(report, HasSubstr("KVBM rollup offload/onboard/matched: `0` / `4` / `0`"));
  EXPECT_THAT(report, HasSubstr("rehydrate_replay_signal: `disk_rehydrate_detected`"));
  const record::ReplaySummary summary = record::parse_replay_summary(json, "summary");
  EXPECT_EQ(summary.tier_mode, "B2");
  EXPECT_EQ(summary.kv_mode, "cpu_disk");
  EXPECT_TRUE(summary.io_attribution);
}

TEST(DriveSummaryTest, AnInvalidRunHasNoFiguresOfTheWhole) {
  DriveRun run = replayed();
  run.phases.back().ran = false;
  run.invalidate("model_dropped", "after thrash");
  const JsonValue summary = text::parse_json(drive_summary_json(run, DriveMachine()), "summary");
  EXPECT_FALSE(summary.at("run_valid").as_bool());
  EXPECT_EQ(summary.at("invalid_reason").as_string(), "model_dropped");
  EXPECT_TRUE(summary.at("overall_summary").at("excluded").as_bool());
  EXPECT_EQ(summary.at("overall_summary").find("latency_ms"), nullptr);
  EXPECT_TRUE(summary.at("phase_summaries").elements()[2].at("excluded").as_bool());
  EXPECT_EQ(summary.at("phase_windows").find("replay"), nullptr);
}

TEST(DriveSummaryTest, APhaseHasSixFiles) {
  const DriveRun run = replayed();
  const auto files = phase_delta_files(run, run.phases[2]);
  EXPECT_EQ(files.size(), 6U);
  const JsonValue delta =
      text::parse_json(files.at("phase_deltas/phase_replay_kvbm_metrics_delta.json"), "delta");
  EXPECT_EQ(delta.at("kvbm_onboard_blocks_d2d_delta").as_double(), 4);
  const JsonValue io =
      text::parse_json(files.at("phase_deltas/phase_replay_os_io_delta.json"), "io");
  EXPECT_EQ(io.at("block_device").as_string(), "vda");
  EXPECT_EQ(io.at("block_device_delta").at("read_bytes_delta").as_uint(), 8'388'608U);
}

}  // namespace
}  // namespace spillway::report
