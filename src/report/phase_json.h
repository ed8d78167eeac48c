// PhaseJson: figures of phases against a serving endpoint as summary.json has them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "analysis/phase_sums.h"
#include "analysis/ttfc_sanity.h"
#include "text/json_writer.h"

namespace spillway::report {

// Members of an object that is begun: the harness's, then, where they are wanted, ours below
// "served". A latency without values is an empty object.
void write_phase_figures(text::JsonWriter& json, const analysis::PhaseFigures& figures);
void write_served_figures(text::JsonWriter& json, const analysis::ServedFigures& figures);
// The member `goodput`, where there are objectives.
void write_goodput(text::JsonWriter& json, const analysis::GoodSums& sums, double duration_s);

// An object: the harness's section 4.2.
void write_sanity_verdict(text::JsonWriter& json, const analysis::SanityInput& input,
                          const analysis::SanityVerdict& verdict);

}  // namespace spillway::report
