// Several runs of one set-up as a table and as JSON: the middle of each figure and how well it is
// known. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/trials.h"

namespace spillway::report {

// Also says what so few trials cannot tell. `trials`: how many there were.
std::string trials_text(std::span<const analysis::TrialFigure> figures, std::size_t trials);

// `directories`: where the trials are, in their order. docs/metrics.md has the keys.
std::string trials_json(std::span<const analysis::TrialFigure> figures,
                        std::span<const std::string> directories);

}  // namespace spillway::report
