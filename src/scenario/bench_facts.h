// The parts of a record that are known without running: the plan and the environment.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "record/run.h"
#include "scenario/bench_settings.h"
#include "scenario/tiers.h"
#include "workload/plan.h"

namespace spillway::scenario {

// For people: how many requests it has; which workload it is, kept as what.
std::string requests_text(const workload::PlanSummary& plan);
std::string workload_text(const workload::PlanSummary& plan, const BenchConfig& config);

record::Plan plan_record(const workload::PlanSummary& plan, const BenchConfig& config);

// Program, machine, and the way to the storage tier's device. `engine` is what moved the bytes: its
// name, then the features in use.
std::vector<record::Fact> environment(const BenchConfig& config, const SharedTiers& tiers,
                                      const std::vector<std::string>& engine);

}  // namespace spillway::scenario
