// SPDX-License-Identifier: Apache-2.0
#include "report/kvbm_summary_json.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/error.h"
#include "record/json_fields.h"
#include "record/kvbm_json.h"

namespace spillway::report {
namespace {

using analysis::KvbmReplaySignal;
using analysis::KvbmSummary;
using analysis::ReuseSignal;
using record::field;
using record::object;
using text::JsonWriter;

void write_phases(JsonWriter& json, const analysis::ReplayPhases& phases) {
  field(json, "baseline_phase", phases.baseline);
  field(json, "pressure_phase", phases.pressure);
  field(json, "replay_phase", phases.replay);
}

void write_fields(JsonWriter& json, const KvbmReplaySignal& signal) {
  field(json, "signal", signal.signal);
  write_phases(json, signal.phases);
  field(json, "baseline_onboard_blocks", signal.baseline_blocks);
  field(json, "warm_onboard_blocks", signal.baseline_blocks);
  field(json, "pressure_onboard_blocks", signal.pressure_blocks);
  field(json, "replay_onboard_blocks", signal.replay_blocks);
  field(json, "baseline_matched_tokens", signal.baseline_tokens);
  field(json, "warm_matched_tokens", signal.baseline_tokens);
  field(json, "pressure_matched_tokens", signal.pressure_tokens);
  field(json, "replay_matched_tokens", signal.replay_tokens);
  field(json, "replay_onboard_blocks_h2d", signal.replay_from_host);
  field(json, "replay_onboard_blocks_d2d", signal.replay_from_disk);
  field(json, "reuse_gate", signal.reuse_gate);
  field(json, "interpretation", signal.interpretation);
  if (signal.caveats.empty()) return;
  record::list(json, "caveats", signal.caveats, [&](const std::string& one) { json.value(one); });
}

void write_repeat(JsonWriter& json, const std::string& name, const ReuseSignal::Repeat& repeat) {
  field(json, name + "_matched_tokens", repeat.matched_tokens);
  field(json, name + "_onboard_blocks_h2d", repeat.onboard_from_host);
  field(json, name + "_onboard_blocks_d2d", repeat.onboard_from_disk);
}

void write_fields(JsonWriter& json, const ReuseSignal& signal) {
  field(json, "signal", signal.signal);
  write_repeat(json, "reuse_2", signal.second);
  write_repeat(json, "reuse_3", signal.third);
  field(json, "interpretation", signal.interpretation);
}

std::optional<std::string_view> known(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

void write_rollup(JsonWriter& json, const KvbmSummary& summary) {
  const auto sum = [&](std::string_view name, double analysis::KvbmRollup::* figure) {
    field(json, name,
          summary.rollup ? std::optional((*summary.rollup).*figure) : std::optional<double>());
  };
  object(json, "rollup", [&] {
    sum("offload_blocks_total_delta", &analysis::KvbmRollup::offloaded_blocks);
    sum("onboard_blocks_total_delta", &analysis::KvbmRollup::onboarded_blocks);
    sum("matched_tokens_total_delta", &analysis::KvbmRollup::matched_tokens);
  });
}

}  // namespace

void write_kvbm_status(JsonWriter& json, const KvbmSummary& summary) {
  json.begin_object();
  field(json, "status", summary.status);
  field(json, "kvbm_enabled", summary.run.enabled);
  field(json, "metrics_available", summary.available);
  field(json, "snapshot_count", summary.snapshots);
  field(json, "reason", known(summary.reason));
  json.end_object();
}

void write_kvbm_signal(JsonWriter& json, const KvbmSummary& summary) {
  check(!summary.signal_name.empty(), "the scenario has a signal");
  json.begin_object();
  if (const auto* const replay = std::get_if<KvbmReplaySignal>(&summary.signal)) {
    write_fields(json, *replay);
  } else if (const auto* const reuse = std::get_if<ReuseSignal>(&summary.signal)) {
    write_fields(json, *reuse);
  } else {
    field(json, "signal", "skipped");
    field(json, "reason", known(summary.reason));
    field(json, "interpretation", "There are no counters of a KV block manager for this run.");
  }
  json.end_object();
}

void write_kvbm_summary(JsonWriter& json, const KvbmSummary& summary) {
  json.begin_object();
  field(json, "enabled", summary.run.enabled);
  field(json, "available", summary.available);
  field(json, "metrics_available", summary.available);
  field(json, "reason", known(summary.reason));
  field(json, "skipped", !summary.run.enabled);
  field(json, "snapshot_count", summary.snapshots);
  object(json, "phase_deltas", [&] {
    for (const auto& [phase, delta] : summary.deltas) {
      record::write_kvbm_delta(json.key(phase), delta);
    }
  });
  field(json, "kv_mode", summary.run.kv_mode);
  write_kvbm_status(json.key("kvbm_metrics_status"), summary);
  write_rollup(json, summary);
  if (!summary.signal_name.empty()) write_kvbm_signal(json.key(summary.signal_name), summary);
  json.end_object();
}

void write_io_signal(JsonWriter& json, const analysis::IoReplaySignal& signal) {
  json.begin_object();
  field(json, "signal", signal.signal);
  write_phases(json, signal.phases);
  field(json, "baseline_read_mib", signal.reads.baseline_read_mib);
  if (signal.phases.baseline == analysis::kEvictionPhases.baseline) {
    field(json, "warm_read_mib", signal.reads.baseline_read_mib);
  }
  field(json, "pressure_write_mib", signal.reads.pressure_write_mib);
  field(json, "replay_read_mib", signal.reads.replay_read_mib);
  field(json, "interpretation", signal.interpretation);
  json.end_object();
}

}  // namespace spillway::report
