// ValidationJson: what came of holding runs against another benchmark, for programs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "analysis/validation.h"

namespace spillway::report {

// Indented; docs/metrics.md has the keys. What is not known is null.
std::string validation_json(const analysis::Validation& validation);

}  // namespace spillway::report
