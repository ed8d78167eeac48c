// SubmissionTrials: what the rules say about several runs of one set-up, and about all of a
// submission together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/submission.h"

namespace spillway::analysis {

// Runs of one set-up, by their places in what was given.
struct TrialGroup {
  std::string name;  // "llama3.1-8b, 200 users, 300 s, ..."
  std::vector<std::size_t> runs;
};
// Groups runs whose settings under the rules are equal, in the order of first appearance.
std::vector<TrialGroup> group_trials(std::span<const SubmissionFacts> runs);

// Figures of repeated runs, here answer tokens per second of wall-clock time, the guide's figure
// that tells systems apart best beside the bytes read.
struct TrialFigures {
  std::size_t trials = 0;
  std::optional<double> median = std::nullopt;
  std::optional<double> variation = std::nullopt;  // standard deviation (n - 1) / mean
  std::optional<double> farthest = std::nullopt;   // of a trial from the median, as a share of it
};
TrialFigures trial_figures(std::span<const double> tokens_per_s);

// Rules about the trials of one set-up.
std::vector<Finding> check_trials(std::span<const SubmissionFacts> trials);
// Rules about all runs of a submission: both models have to be there.
std::vector<Finding> check_submission(std::span<const SubmissionFacts> runs);

}  // namespace spillway::analysis
