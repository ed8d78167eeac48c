// Figures: the numbers of a run that a comparison of runs shows, in the order it shows them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "record/run.h"

namespace spillway::analysis {

// Where a figure stands in a table of many runs: with what users felt, with what storage did, or
// only among the details of one run.
enum class Place : std::uint8_t { detail, users, storage };

struct Figure {
  std::string_view name;   // as a key: "ttft_p95"
  std::string_view title;  // for people: "first token p95"
  std::string_view unit;   // "" of a share or a ratio
  Place place = Place::detail;
  // Nothing where the run has none: a tier that is off, a quantile without samples.
  std::optional<double> (*of)(const record::Run& run) = nullptr;
};

// Formulas are those of docs/metrics.md.
std::span<const Figure> figures();

}  // namespace spillway::analysis
