// Comparison: runs of different set-ups side by side.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>

#include "record/run.h"

namespace spillway::report {

struct ComparedRun {
  std::string name;
  std::string title;
  std::string purpose;
  std::optional<record::Run> run = std::nullopt;
  std::string missing;  // without a run: why there is none
};

// Tables of the headline figures, then each run by itself with all its figures, its assessment and
// what they point at. Never averages or sums over runs.
std::string comparison_text(std::span<const ComparedRun> runs);
// The headline figures, a row a run.
std::string comparison_markdown(std::span<const ComparedRun> runs);
// All figures; a column a figure, named as in docs/metrics.md; empty where a run has none.
std::string comparison_csv(std::span<const ComparedRun> runs);
std::string comparison_json(std::span<const ComparedRun> runs);

}  // namespace spillway::report
