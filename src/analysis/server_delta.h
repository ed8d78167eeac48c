// ServerDelta: what a serving stack's own metrics say about a phase, on one model of KV tiers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "record/server_metric.h"

namespace spillway::analysis {

struct ServerValue {
  // Of a counter after - before, series by series, over all of them; of a gauge its value after.
  std::optional<double> value;
  // Why there is none: not_on_page, not_on_page_before, series_vanished, several_series (a gauge
  // has no sum), not_in_every_phase.
  std::string_view reason;
  // A series is lower than before: the server has started anew, and of that series only what was
  // counted since is in the value.
  bool reset = false;
  std::map<std::string, double> by_labels;  // of a gauge with several series
};

using ServerFigures = std::map<std::string, ServerValue>;  // by "device.hit_tokens"

struct ServerDelta {
  bool available = false;
  std::string reason;                           // why not: snapshot_missing: ..., no_known_metrics
  std::map<std::string, ServerFigures> stacks;  // by name, those that were recognised
};

// Of two readings, the first before the phase. A stack is recognised by any of its names on the
// page after; all of its figures in the table are in the result.
ServerDelta server_delta(const record::ServerReading& before, const record::ServerReading& after);

// Of several phases: counters add up where every phase has them, gauges are the last phase's.
ServerDelta server_delta_of(std::span<const ServerDelta> phases);

}  // namespace spillway::analysis
