// SPDX-License-Identifier: Apache-2.0
#include "report/kvbm_summary_json.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/conformance/recorded_kvbm.h"
#include "tests/text/json_match.h"
#include "text/json_reader.h"

namespace spillway::report {
namespace {

const std::string kCase = SPILLWAY_SOURCE_DIR "/tests/data/conformance/case-002/";

text::JsonValue written(const analysis::KvbmSummary& summary) {
  text::JsonWriter json;
  write_kvbm_summary(json, summary);
  return text::parse_json(json.text(), "summary");
}

TEST(KvbmSummaryJson, MeetsTheRecordedSummaryOfARunWithoutABlockManager) {
  const text::JsonValue in = text::read_json(kCase + "input/in.json");
  const text::JsonValue golden = text::read_json(kCase + "golden/return.json");
  EXPECT_EQ(text::json_difference(written(recorded_kvbm_summary(in)), golden, {"interpretation"}),
            "");
}

TEST(KvbmSummaryJson, ASignalStandsUnderItsName) {
  record::KvbmSnapshot before;
  before.success = true;
  for (const std::string_view name : record::kKvbmCounters) before.metrics.emplace(name, 0);
  record::KvbmSnapshot after = before;
  after.metrics["kvbm_onboard_blocks_d2d"] = 4;
  const analysis::KvbmSummary summary = analysis::summarise_kvbm(
      {.scenario = "rehydrate_replay", .kv_mode = "cpu_disk", .enabled = true},
      std::vector{before, after},
      {{"populate", record::kvbm_delta(before, before)},
       {"thrash", record::kvbm_delta(before, before)},
       {"replay", record::kvbm_delta(before, after)}});
  const text::JsonValue json = written(summary);
  EXPECT_TRUE(json.at("reason").is_null());
  EXPECT_DOUBLE_EQ(json.at("rollup").at("onboard_blocks_total_delta").as_double(), 4);
  const text::JsonValue& signal = json.at("rehydrate_replay_signal");
  EXPECT_EQ(signal.at("signal").as_string(), "disk_rehydrate_detected");
  EXPECT_DOUBLE_EQ(signal.at("replay_onboard_blocks_d2d").as_double(), 4);
  EXPECT_EQ(signal.at("baseline_phase").as_string(), "populate");
  EXPECT_EQ(signal.find("caveats"), nullptr);
}

TEST(KvbmSummaryJson, ASignalOnThinEvidenceSaysSo) {
  record::KvbmSnapshot reading;
  reading.success = true;
  reading.metrics["kvbm_matched_tokens"] = 1;
  const text::JsonValue json = written(analysis::summarise_kvbm(
      {.scenario = "eviction_replay", .kv_mode = "cpu_disk", .enabled = true}, std::vector{reading},
      {{"replay_A", record::kvbm_delta(reading, reading)}}));
  EXPECT_EQ(json.at("eviction_replay_signal").at("caveats").elements().size(), 4U);
}

TEST(KvbmSummaryJson, TheDevicesSignalHasNullWhereNothingIsKnown) {
  text::JsonWriter json;
  write_io_signal(json, analysis::io_replay_signal(analysis::kEvictionPhases,
                                                   {.baseline_read_mib = 2,
                                                    .pressure_write_mib = std::nullopt,
                                                    .replay_read_mib = 8}));
  const text::JsonValue value = text::parse_json(json.text(), "signal");
  EXPECT_EQ(value.at("signal").as_string(), "possible_readback");
  EXPECT_TRUE(value.at("pressure_write_mib").is_null());
  EXPECT_DOUBLE_EQ(value.at("warm_read_mib").as_double(), 2);
}

TEST(KvbmSummaryJson, AReuseSignalHasBothRepeats) {
  record::KvbmSnapshot before;
  before.success = true;
  before.metrics["kvbm_matched_tokens"] = 1;
  record::KvbmSnapshot after = before;
  after.metrics["kvbm_matched_tokens"] = 33;
  const text::JsonValue json = written(analysis::summarise_kvbm(
      {.scenario = "reuse_verify", .kv_mode = "cpu_only", .enabled = true},
      std::vector{before, after}, {{"reuse_2", record::kvbm_delta(before, after)}}));
  const text::JsonValue& signal = json.at("reuse_verify_signal");
  EXPECT_EQ(signal.at("signal").as_string(), "prefix_reuse_detected");
  EXPECT_DOUBLE_EQ(signal.at("reuse_2_matched_tokens").as_double(), 32);
  EXPECT_DOUBLE_EQ(signal.at("reuse_3_matched_tokens").as_double(), 0);
}

}  // namespace
}  // namespace spillway::report
