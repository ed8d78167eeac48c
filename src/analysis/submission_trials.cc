// SPDX-License-Identifier: Apache-2.0
#include "analysis/submission_trials.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "stats/order_statistics.h"
#include "stats/variation.h"

namespace spillway::analysis {
namespace {

constexpr std::size_t kFewestTrials = 3;
// The guide saw coefficients of variation of 50 to 125 %.
constexpr double kWidestVariation = 1.25;
constexpr double kReproducible = 0.05;

std::string number(const std::optional<double>& value) {
  return value ? fmt::format("{:g}", *value) : "?";
}

std::string set_up(const SubmissionFacts& run) {
  std::string text = fmt::format("{}, {} users, {} s, gpu {} GiB, cpu {} GiB",
                                 run.model.empty() ? "?" : run.model, number(run.users),
                                 number(run.duration_s), number(run.gpu_gib), number(run.cpu_gib));
  if (run.allocations) text += fmt::format(", {} allocations", number(run.allocations));
  for (const std::string* const part : {&run.mode, &run.profile, &run.request_model}) {
    if (!part->empty()) text += ", " + *part;
  }
  if (run.rag) text += ", RAG";
  if (run.autoscaling) text += ", autoscaling";
  return text;
}

std::optional<double> farthest_from(double median, std::span<const double> samples) {
  if (samples.size() < 2 || median <= 0) return std::nullopt;
  double farthest = 0;
  for (const double sample : samples) farthest = std::max(farthest, std::abs(sample - median));
  return farthest / median;
}

Finding finding(Layer layer, std::string_view rule, bool kept, std::string reason) {
  return {.layer = layer,
          .rule = std::string(rule),
          .verdict = kept ? Verdict::pass : Verdict::fail,
          .reason = std::move(reason)};
}

// A share that has to be at most `most`; without one there is nothing to judge.
Finding share(Layer layer, std::string_view rule, const std::optional<double>& value, double most,
              std::string_view what) {
  if (value) {
    return finding(
        layer, rule, *value <= most,
        fmt::format("{} of at most {:g} %, found {:.1f} %", what, most * 100, *value * 100));
  }
  return {.layer = layer,
          .rule = std::string(rule),
          .verdict = Verdict::not_applicable,
          .reason = "two trials with answers are needed to tell"};
}

constexpr std::array<Conflict, 1> kConflicts = {{
    {.layer = Layer::general,
     .rule = "reproducible",
     .other_layer = Layer::guide,
     .other_rule = "variation",
     .reason = "the guide expects trials to vary by 50 to 125 %, the general rules by 5 %"},
}};

}  // namespace

std::vector<TrialGroup> group_trials(std::span<const SubmissionFacts> runs) {
  std::vector<TrialGroup> groups;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::string name = set_up(runs[i]);
    auto group = std::ranges::find(groups, name, &TrialGroup::name);
    if (group == groups.end()) group = groups.insert(groups.end(), {.name = name, .runs = {}});
    group->runs.push_back(i);
  }
  return groups;
}

TrialFigures trial_figures(std::span<const double> tokens_per_s) {
  TrialFigures figures{.trials = tokens_per_s.size()};
  if (tokens_per_s.empty()) return figures;
  figures.median = stats::median(tokens_per_s);
  figures.variation = stats::coefficient_of_variation(tokens_per_s);
  figures.farthest = farthest_from(*figures.median, tokens_per_s);
  return figures;
}

std::vector<Finding> check_trials(std::span<const SubmissionFacts> trials) {
  std::vector<double> rates;
  for (const SubmissionFacts& trial : trials) {
    if (trial.tokens_per_s) rates.push_back(*trial.tokens_per_s);
  }
  const TrialFigures figures = trial_figures(rates);
  std::vector<Finding> findings = {
      finding(Layer::guide, "trials", trials.size() >= kFewestTrials,
              fmt::format("asks for 3 to 5 trials, found {}", trials.size())),
      share(Layer::guide, "variation", figures.variation, kWidestVariation,
            "a coefficient of variation"),
      share(Layer::general, "reproducible", figures.farthest, kReproducible,
            "a distance from the median")};
  if (figures.median) {
    findings.push_back(
        finding(Layer::guide, "median", true,
                fmt::format("to be reported: a median of {:.4g} tokens/s", *figures.median)));
  }
  add_contradictions(kConflicts, findings);
  return findings;
}

std::vector<Finding> check_submission(std::span<const SubmissionFacts> runs) {
  const auto has = [&](std::string_view model) {
    return std::ranges::any_of(runs,
                               [&](const SubmissionFacts& run) { return run.model == model; });
  };
  const bool both = has(kModel8b) && has(kModel70b);
  const std::string reason = fmt::format("asks for runs of {} and of {}, found {}", kModel8b,
                                         kModel70b, both ? "both" : "not both");
  // The proposal says "should".
  return {{.layer = Layer::proposal,
           .rule = "both-models",
           .verdict = both ? Verdict::pass : Verdict::open,
           .reason = reason},
          finding(Layer::guide, "both-models", both, reason)};
}

}  // namespace spillway::analysis
