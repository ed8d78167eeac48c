// DrivePlan: all requests of a run against a serving endpoint, ready to be sent, and the manifests
// that say so beforehand. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "load/completion_load.h"
#include "record/completion_row.h"
#include "scenario/drive_settings.h"
#include "workload/drive_phases.h"

namespace spillway::scenario {

struct PlannedPhase {
  std::string name;
  std::uint32_t concurrency = 1;
  std::deque<record::CallFacts> kinds;  // of its requests, one for each length of answer
  std::vector<load::PlannedCall> calls;
};

// What calls point at lives here and does not move; texts live in the phases, which outlive it.
class DrivePlan {
 public:
  DrivePlan(const workload::DrivePhases& phases, const DriveRequests& requests,
            const std::string& model);
  DrivePlan(workload::DrivePhases&& phases, const DriveRequests&, const std::string&) = delete;
  DrivePlan(const DrivePlan&) = delete;
  DrivePlan& operator=(const DrivePlan&) = delete;

  const std::deque<PlannedPhase>& phases() const { return phases_; }
  // The largest request: tokens of its prompt, by estimate, and of its answer.
  std::uint64_t largest_tokens() const { return largest_tokens_; }

  // The first prompt of the run with other numbers of tokens, for the check of TTFC.
  std::unique_ptr<PlannedPhase> sanity_case(const DriveRequests& requests, const std::string& model,
                                            std::uint32_t max_tokens, bool stream,
                                            std::size_t count) const;

 private:
  void add_phase(const workload::DrivePhase& phase, const workload::DrivePhases& all,
                 const DriveRequests& requests, const std::string& model);

  std::deque<record::PromptFacts> prompts_;
  std::deque<PlannedPhase> phases_;
  std::uint64_t largest_tokens_ = 0;
};

// As JSON objects, keys sorted: what is hashed, and what requests.jsonl repeats.
std::string generation_params_json(const DriveRequests& requests);

// Lines of prompts_manifest.jsonl and request_manifest.jsonl (the harness's section 7.1).
std::string prompts_manifest(const workload::DrivePhases& phases);
std::string request_manifest(const workload::DrivePhases& phases);

}  // namespace spillway::scenario
