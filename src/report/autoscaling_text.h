// The search for a number of users: its answer and the steps that led there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "record/run.h"

namespace spillway::report {

// Empty when the number of users was fixed.
std::string autoscaling_text(const record::Run& run);

// "41 users, 95 % CI 38 to 44", or "undecided".
std::string answer_text(const record::Autoscaling& scaling);

}  // namespace spillway::report
