// Writes a plan as a list of requests, which --requests reads.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>

#include "workload/plan.h"

namespace spillway::workload {

// One line a request, in the order of the plan: lengths, classes, conversations and the identity of
// what each adds. What is shared with other requests inside of a prompt (the blocks of a trace, a
// document's chunks, a shared system prompt) is a length there. Throws Error for a plan without
// end.
void write_plan(const Plan& plan, const std::function<void(std::string_view line)>& sink);

}  // namespace spillway::workload
