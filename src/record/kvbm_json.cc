// SPDX-License-Identifier: Apache-2.0
#include "record/kvbm_json.h"

#include <cmath>

#include "record/json_fields.h"

namespace spillway::record {
namespace {

using text::JsonWriter;

constexpr double kMebibyte = 1024 * 1024;

double in_mebibytes(double bytes) { return std::round(bytes / kMebibyte * 1000) / 1000; }

void write_metrics(JsonWriter& json, const KvbmSnapshot& snapshot) {
  object(json, "metrics", [&] {
    for (const auto& [name, value] : snapshot.metrics) field(json, name, value);
  });
  if (snapshot.split_gauges.empty()) return;
  object(json, "gauges_by_labels", [&] {
    for (const auto& [name, series] : snapshot.split_gauges) {
      object(json, name, [&] {
        for (const auto& [labels, value] : series) field(json, labels, value);
      });
    }
  });
}

void write_unavailable(JsonWriter& json, const KvbmDelta& delta) {
  if (delta.skipped) {
    field(json, "skipped", true);
    field(json, "reason", delta.reason);
    return;
  }
  field(json, "reason", delta.reason);
  field(json, "before_success", delta.before_success);
  field(json, "after_success", delta.after_success);
  text_or_null(json, "before_error", delta.before_error);
  text_or_null(json, "after_error", delta.after_error);
}

void write_sums(JsonWriter& json, const KvbmDelta& delta) {
  field(json, "offload_blocks_total_delta", delta.offloaded_blocks());
  field(json, "onboard_blocks_total_delta", delta.onboarded_blocks());
  field(json, "disk_read_mib_delta", in_mebibytes(delta.clamped("kvbm_disk_bytes_read")));
  field(json, "disk_write_mib_delta", in_mebibytes(delta.clamped("kvbm_disk_bytes_written")));
  field(json, "disk_rehydrate_counter_positive", delta.onboarded_blocks() > 0);
}

void write_known(JsonWriter& json, const KvbmDelta& delta) {
  const std::vector<std::string> reset = delta.reset_counters();
  field(json, "counter_reset", !reset.empty());
  list(json, "reset_counters", reset, [&](const std::string& name) { json.value(name); });
  object(json, "measured", [&] {
    for (const auto& [name, counter] : delta.counters) field(json, name, counter.measured);
  });
}

}  // namespace

std::string kvbm_snapshot_json(const KvbmSnapshot& snapshot, text::JsonLayout layout) {
  JsonWriter json(layout);
  json.begin_object();
  field(json, "label", snapshot.label);
  field(json, "timestamp_utc", utc_text(snapshot.taken));
  field(json, "success", snapshot.success);
  if (snapshot.skipped) {
    field(json, "skipped", true);
    field(json, "reason", "kvbm_disabled");
  } else {
    text_or_null(json, "error", snapshot.error);
    if (snapshot.unread_lines > 0) field(json, "unread_lines", snapshot.unread_lines);
    write_metrics(json, snapshot);
  }
  json.end_object();
  return json.text();
}

void write_kvbm_delta(JsonWriter& json, const KvbmDelta& delta) {
  json.begin_object();
  field(json, "available", delta.available);
  if (!delta.available) {
    write_unavailable(json, delta);
    json.end_object();
    return;
  }
  for (const auto& [name, counter] : delta.counters) field(json, name + "_delta", counter.clamped);
  for (const auto& [name, after] : delta.gauges) field(json, name + "_after", after);
  write_sums(json, delta);
  write_known(json, delta);
  json.end_object();
}

}  // namespace spillway::record
