// This program and the machine that it runs on, as every record has them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "record/run.h"

namespace spillway::scenario {

// Version, commit, build and compiler; processor, cores, memory and kernel. What is not known is
// null.
std::vector<record::Fact> program_and_machine();

}  // namespace spillway::scenario
