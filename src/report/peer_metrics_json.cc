// SPDX-License-Identifier: Apache-2.0
#include "report/peer_metrics_json.h"

#include <string_view>

#include "record/json_fields.h"

namespace spillway::report {
namespace {

using analysis::PeerFigures;
using analysis::PeerMetric;
using analysis::PeerSpread;
using record::field;
using record::object;
using text::JsonWriter;

void write_spread(JsonWriter& json, const PeerSpread& spread) {
  field(json, "count", spread.count);
  field(json, "mean", spread.mean);
  field(json, "p50", spread.p50);
  field(json, "p90", spread.p90);
  field(json, "p95", spread.p95);
  field(json, "p99", spread.p99);
  field(json, "quantile_error", spread.quantile_error);
}

void write_figures(JsonWriter& json, const PeerFigures& figures) {
  field(json, "completed", figures.completed);
  field(json, "failed", figures.failed);
  object(json, "throughput", [&] {
    field(json, "definition", analysis::throughput_definition_of(figures.peer));
    field(json, "duration_s", figures.duration_s);
    field(json, "requests_per_s", figures.requests_per_s);
    field(json, "output_tokens_per_s", figures.output_tokens_per_s);
  });
  for (std::size_t i = 0; i < analysis::kPeerMetrics; ++i) {
    object(json, analysis::kPeerMetricNames.at(i), [&] {
      field(json, "definition", analysis::definition_of(figures.peer, static_cast<PeerMetric>(i)));
      if (figures.metrics.at(i)) write_spread(json, *figures.metrics.at(i));
    });
  }
}

}  // namespace

void write_peer_metrics(JsonWriter& json, const analysis::DriveOverall& overall) {
  if (overall.sums.peers().empty()) return;
  object(json, "metrics_as", [&] {
    for (const analysis::PeerSums& peer : overall.sums.peers()) {
      const PeerFigures figures = peer.figures(overall.duration_s);
      object(json, name_of(figures.peer), [&] { write_figures(json, figures); });
    }
  });
}

}  // namespace spillway::report
