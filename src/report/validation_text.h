// ValidationText: what came of holding runs against another benchmark, for a terminal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "analysis/validation.h"

namespace spillway::report {

// A table of the figures, what a reader should know of the results, and the verdict.
std::string validation_text(const analysis::Validation& validation);

}  // namespace spillway::report
