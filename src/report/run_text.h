// The report of one run, as people read it in a terminal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "record/run.h"

namespace spillway::report {

// At most 100 columns. Sections without data are left out, a missing figure is "-", never 0, and
// each table with modelled figures says which they are.
std::string run_text(const record::Run& run);

}  // namespace spillway::report
