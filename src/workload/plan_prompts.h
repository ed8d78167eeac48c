// The requests of a plan as prompts for a serving endpoint, so that one workload drives a storage
// benchmark and a server. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "kv/tokenizer.h"
#include "workload/drive_prompts.h"
#include "workload/plan.h"

namespace spillway::workload {

// The plan's first `count`, all of a shorter one, in its order, with as many tokens each and the
// same beginnings in common. Ids are `name`-00000 and so on. Turns of a conversation are of one
// session; an answer that a later turn repeats is text of the plan, not what the server said.
// Throws Error for a tokenizer that leaves no words (kv::Speaker).
std::vector<DrivePrompt> plan_prompts(const Plan& plan, const std::string& name, std::size_t count,
                                      const kv::Tokenizer& tokenizer);

}  // namespace spillway::workload
