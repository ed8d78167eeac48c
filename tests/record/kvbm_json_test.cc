// SPDX-License-Identifier: Apache-2.0
#include "record/kvbm_json.h"

#include <gtest/gtest.h>

#include "text/json_reader.h"

namespace spillway::record {
namespace {

text::JsonValue delta_json(const KvbmDelta& delta) {
  text::JsonWriter json;
  write_kvbm_delta(json, delta);
  return text::parse_json(json.text(), "delta");
}

KvbmSnapshot reading(std::map<std::string, double> metrics) {
  KvbmSnapshot snapshot;
  snapshot.label = "before_replay";
  snapshot.taken = parse_utc("2026-02-12T00:00:00.5Z").value();
  snapshot.success = true;
  snapshot.metrics = std::move(metrics);
  return snapshot;
}

TEST(KvbmJson, ADeltaHasTheNamesThatToolsLookForAndWhatIsKnown) {
  const text::JsonValue json =
      delta_json(kvbm_delta(reading({{"kvbm_disk_bytes_read", 0},
                                     {"kvbm_onboard_blocks_d2d", 1},
                                     {"kvbm_matched_tokens", 9}}),
                            reading({{"kvbm_disk_bytes_read", 1610612.736},
                                     {"kvbm_onboard_blocks_d2d", 3},
                                     {"kvbm_matched_tokens", 4},
                                     {"kvbm_disk_cache_hit_rate", 0.25}})));
  EXPECT_TRUE(json.at("available").as_bool());
  EXPECT_DOUBLE_EQ(json.at("disk_read_mib_delta").as_double(), 1.536);
  EXPECT_DOUBLE_EQ(json.at("onboard_blocks_total_delta").as_double(), 2);
  EXPECT_TRUE(json.at("disk_rehydrate_counter_positive").as_bool());
  EXPECT_DOUBLE_EQ(json.at("kvbm_cache_evictions_delta").as_double(), 0);
  EXPECT_TRUE(json.at("measured").at("kvbm_cache_evictions").is_null());
  EXPECT_DOUBLE_EQ(json.at("kvbm_disk_cache_hit_rate_after").as_double(), 0.25);
  EXPECT_TRUE(json.at("kvbm_disk_fetch_p50_ms_after").is_null());
  EXPECT_TRUE(json.at("counter_reset").as_bool());
  EXPECT_EQ(json.at("reset_counters").elements().at(0).as_string(), "kvbm_matched_tokens");
}

TEST(KvbmJson, ADeltaThatIsNotAvailableSaysWhy) {
  KvbmSnapshot failed;
  failed.error = "refused";
  const text::JsonValue missing = delta_json(kvbm_delta(reading({}), failed));
  EXPECT_EQ(missing.at("reason").as_string(), "snapshot_missing");
  EXPECT_EQ(missing.at("after_error").as_string(), "refused");
  EXPECT_TRUE(missing.at("before_error").is_null());
  KvbmSnapshot skipped;
  skipped.skipped = true;
  const text::JsonValue nobody = delta_json(kvbm_delta(skipped, skipped));
  EXPECT_TRUE(nobody.at("skipped").as_bool());
  EXPECT_EQ(nobody.find("before_success"), nullptr);
}

TEST(KvbmJson, ASnapshotIsALineOfItsMetrics) {
  KvbmSnapshot snapshot = reading({{"kvbm_matched_tokens", 4}});
  snapshot.split_gauges["kvbm_host_cache_hit_rate"] = {{"worker=0", 0.5}, {"worker=1", 0.75}};
  EXPECT_EQ(kvbm_snapshot_json(snapshot),
            R"({"label":"before_replay","timestamp_utc":"2026-02-12T00:00:00.500+00:00",)"
            R"("success":true,"error":null,"metrics":{"kvbm_matched_tokens":4},)"
            R"("gauges_by_labels":{"kvbm_host_cache_hit_rate":{"worker=0":0.5,"worker=1":0.75}}})");
}

TEST(KvbmJson, ASnapshotTellsOfLinesThatWereNotRead) {
  KvbmSnapshot snapshot = reading({});
  EXPECT_EQ(text::parse_json(kvbm_snapshot_json(snapshot), "all").find("unread_lines"), nullptr);
  snapshot.unread_lines = 2;
  const text::JsonValue json = text::parse_json(kvbm_snapshot_json(snapshot), "some");
  EXPECT_EQ(json.at("unread_lines").as_int(), 2);
}

TEST(KvbmJson, ASkippedSnapshotSaysSo) {
  KvbmSnapshot snapshot;
  snapshot.skipped = true;
  const text::JsonValue json = text::parse_json(kvbm_snapshot_json(snapshot), "snapshot");
  EXPECT_TRUE(json.at("skipped").as_bool());
  EXPECT_EQ(json.at("reason").as_string(), "kvbm_disabled");
  EXPECT_FALSE(json.at("success").as_bool());
}

}  // namespace
}  // namespace spillway::record
