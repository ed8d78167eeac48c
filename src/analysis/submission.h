// Submission: what the rules of the MLPerf Storage KV-cache benchmark say about a run. Three layers
// of rules are in print, and they disagree; no run satisfies all of them. Each is checked by itself
// and what cannot be satisfied at once is told as a contradiction.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "record/run.h"

namespace spillway::analysis {

// What the rules ask about. What the record does not have is absent, and then no rule about it is
// kept.
struct SubmissionFacts {
  std::string model;  // empty: not on record
  std::optional<double> users = std::nullopt;
  std::optional<double> duration_s = std::nullopt;  // as it was set
  std::optional<double> gpu_gib = std::nullopt;
  std::optional<double> cpu_gib = std::nullopt;
  std::optional<double> allocations = std::nullopt;  // most at a time; 0 = no limit
  std::string mode;                                  // of generation: none, fast, realistic
  std::string profile;                               // of performance: latency, throughput
  std::string request_model;
  std::optional<double> seed = std::nullopt;
  bool seed_given = false;  // by somebody, not built in
  bool rag = false;
  bool autoscaling = false;
  bool storage_on = false;
  bool modelled = false;                              // virtual time, or a modelled storage tier
  std::optional<bool> direct_io = std::nullopt;       // checked
  std::vector<std::string> reasons;                   // codes against decision grade
  std::optional<double> tokens_per_s = std::nullopt;  // of answers, per second of the window
};

SubmissionFacts submission_facts(const record::Run& run);

// Where a rule stands: the proposal of November 2025, the guide of January 2026, the umbrella's
// checker of April 2026, the rules for all workloads.
enum class Layer : std::uint8_t { proposal, guide, umbrella, general };
// `open`: accepted, but not as an official (CLOSED) result. `contradiction`: two rules of which no
// run keeps both.
enum class Verdict : std::uint8_t { pass, fail, open, contradiction, not_applicable };
std::string_view name_of(Layer layer);
std::string_view name_of(Verdict verdict);

struct Finding {
  Layer layer = Layer::general;
  std::string rule;  // "gpu"; of a contradiction "gpu/guide.gpu", the other rule behind the slash
  Verdict verdict = Verdict::pass;
  std::string reason;  // a sentence: what is asked, what was found
  // A rule that fails because another one that passes asks for the opposite; a finding of its own
  // says so.
  bool contradicted = false;
};

// All rules about a single run, layer by layer, contradictions last.
std::vector<Finding> check_run(const SubmissionFacts& facts);

// No rule fails but those that are contradicted.
bool is_submittable(std::span<const Finding> findings);

// A rule that fails though `other`, which passes, asks for what it refuses.
struct Conflict {
  Layer layer;
  std::string_view rule;
  Layer other_layer;
  std::string_view other_rule;
  std::string_view reason;
};
// Marks what the conflicts excuse among the findings, and adds a finding for each.
void add_contradictions(std::span<const Conflict> conflicts, std::vector<Finding>& findings);

// The two sizes of model that official results are for.
inline constexpr std::string_view kModel8b = "llama3.1-8b";
inline constexpr std::string_view kModel70b = "llama3.1-70b-instruct";

}  // namespace spillway::analysis
