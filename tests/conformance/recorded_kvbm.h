// Recorded readings of a block manager, as our summary takes them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "analysis/kvbm_summary.h"
#include "record/kvbm.h"
#include "text/loose_json.h"

namespace spillway::report {

inline record::KvbmDelta recorded_kvbm_delta(const text::JsonValue& in) {
  record::KvbmDelta delta;
  delta.available = text::loose_flag(in.find("available"));
  delta.skipped = text::loose_flag(in.find("skipped"));
  delta.reason = text::loose_text(in.find("reason"));
  delta.before_error = text::loose_text(in.find("before_error"));
  delta.after_error = text::loose_text(in.find("after_error"));
  delta.before_success = delta.available || text::loose_flag(in.find("before_success"));
  delta.after_success = delta.available || text::loose_flag(in.find("after_success"));
  if (!delta.available) return delta;
  for (const std::string_view name : record::kKvbmCounters) {
    const auto value = text::loose_number(in.find(std::string(name) + "_delta"));
    delta.counters[std::string(name)] = {.clamped = value.value_or(0), .measured = value};
  }
  for (const std::string_view name : record::kKvbmGauges) {
    delta.gauges[std::string(name)] = text::loose_number(in.find(std::string(name) + "_after"));
  }
  return delta;
}

// {"snapshots": [...], "phase_deltas": {...}, "scenario", "kv_mode", "kvbm_enabled"}
inline analysis::KvbmSummary recorded_kvbm_summary(const text::JsonValue& in) {
  std::vector<record::KvbmSnapshot> snapshots;
  for (const text::JsonValue& one : text::loose_elements(in.find("snapshots"))) {
    record::KvbmSnapshot& snapshot = snapshots.emplace_back();
    snapshot.label = text::loose_text(one.find("label"));
    snapshot.success = text::loose_flag(one.find("success"));
    snapshot.skipped = text::loose_flag(one.find("skipped"));
    snapshot.error = text::loose_text(one.find("error"));
    for (const auto& [name, value] : text::loose_members(one.find("metrics"))) {
      snapshot.metrics[name] = text::loose_number(&value).value_or(0);
    }
  }
  analysis::PhaseDeltas deltas;
  for (const auto& [phase, delta] : text::loose_members(in.find("phase_deltas"))) {
    deltas[phase] = recorded_kvbm_delta(delta);
  }
  return analysis::summarise_kvbm({.scenario = text::loose_text(in.find("scenario")),
                                   .kv_mode = text::loose_text(in.find("kv_mode")),
                                   .enabled = text::loose_flag(in.find("kvbm_enabled"))},
                                  snapshots, deltas);
}

}  // namespace spillway::report
