// What a run of the MLPerf benchmark's workload adds to a report: classes, entries, assessment.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "record/run.h"

namespace spillway::report {

// Each class of service: what became of its requests, and whether its promise was kept. Empty where
// requests have no classes.
std::string classes_text(const record::Run& run);

// What was asked for again, by what it was stored for, and a request's own entry. Empty where there
// are no whole entries.
std::string entries_text(const record::Run& run);

// The benchmark's own rates, explained; its criteria, passed or not; what the figures point at.
// Empty where requests have no classes.
std::string rates_text(const record::Run& run);
std::string assessment_text(const record::Run& run);
std::string hints_text(const record::Run& run);

}  // namespace spillway::report
