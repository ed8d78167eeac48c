// SPDX-License-Identifier: Apache-2.0
#include "analysis/submission.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/record/filled_run.h"

namespace spillway::analysis {
namespace {

// The proposal's command for 8B, on a real drive.
SubmissionFacts proposal_8b() {
  SubmissionFacts facts;
  facts.model = "llama3.1-8b";
  facts.users = 150;
  facts.duration_s = 600;
  facts.gpu_gib = 0;
  facts.cpu_gib = 0;
  facts.allocations = 0;
  facts.mode = "realistic";
  facts.profile = "throughput";
  facts.seed = 42;
  facts.seed_given = true;
  facts.storage_on = true;
  facts.direct_io = true;
  return facts;
}

// The guide's first option.
SubmissionFacts guide_stress() {
  SubmissionFacts facts = proposal_8b();
  facts.users = 200;
  facts.duration_s = 300;
  facts.allocations = 16;
  facts.mode = "none";
  return facts;
}

Finding find(const std::vector<Finding>& findings, Layer layer, std::string_view rule) {
  const auto found = std::ranges::find_if(
      findings, [&](const Finding& one) { return one.layer == layer && one.rule == rule; });
  EXPECT_NE(found, findings.end()) << name_of(layer) << "." << rule;
  return found == findings.end() ? Finding{} : *found;
}

Verdict verdict(const SubmissionFacts& facts, Layer layer, std::string_view rule) {
  return find(check_run(facts), layer, rule).verdict;
}

bool has_contradiction(const std::vector<Finding>& findings, std::string_view rule) {
  return std::ranges::any_of(findings, [&](const Finding& one) {
    return one.verdict == Verdict::contradiction && one.rule == rule;
  });
}

// A rule, and values that keep it, break it, or make the result open.
struct Case {
  Layer layer;
  std::string_view rule;
  Verdict verdict;
  void (*change)(SubmissionFacts&);
};

void expect_all(const SubmissionFacts& base, const std::vector<Case>& cases) {
  for (std::size_t i = 0; i < cases.size(); ++i) {
    SubmissionFacts facts = base;
    cases[i].change(facts);
    const Finding found = find(check_run(facts), cases[i].layer, cases[i].rule);
    EXPECT_EQ(found.verdict, cases[i].verdict)
        << "case " << i << ": " << cases[i].rule << ": " << found.reason;
    EXPECT_FALSE(found.reason.empty());
  }
}

TEST(Submission, TheProposalsRules) {
  const auto asis = [](SubmissionFacts&) {};
  constexpr Layer kLayer = Layer::proposal;
  expect_all(
      proposal_8b(),
      {{kLayer, "model", Verdict::pass, asis},
       {kLayer, "model", Verdict::fail, [](SubmissionFacts& f) { f.model = "mistral-7b"; }},
       {kLayer, "model", Verdict::fail, [](SubmissionFacts& f) { f.model = ""; }},
       {kLayer, "users", Verdict::pass, asis},
       {kLayer, "users", Verdict::fail, [](SubmissionFacts& f) { f.users = 149; }},
       {kLayer, "users", Verdict::fail, [](SubmissionFacts& f) { f.users.reset(); }},
       {kLayer, "users", Verdict::not_applicable, [](SubmissionFacts& f) { f.model = "tiny-1b"; }},
       {kLayer, "users", Verdict::fail,
        [](SubmissionFacts& f) { f.model = "llama3.1-70b-instruct"; }},
       {kLayer, "users", Verdict::pass,
        [](SubmissionFacts& f) { f.model = "llama3.1-70b-instruct", f.users = 40; }},
       {kLayer, "duration", Verdict::pass, asis},
       {kLayer, "duration", Verdict::fail, [](SubmissionFacts& f) { f.duration_s = 599; }},
       {kLayer, "gpu", Verdict::pass, asis},
       {kLayer, "gpu", Verdict::fail, [](SubmissionFacts& f) { f.gpu_gib = 16; }},
       {kLayer, "cpu", Verdict::pass, asis},
       {kLayer, "cpu", Verdict::open, [](SubmissionFacts& f) { f.cpu_gib = 2; }},
       {kLayer, "cpu", Verdict::open, [](SubmissionFacts& f) { f.cpu_gib = 4; }},
       {kLayer, "cpu", Verdict::fail, [](SubmissionFacts& f) { f.cpu_gib = 3; }},
       {kLayer, "mode", Verdict::pass, asis},
       {kLayer, "mode", Verdict::fail, [](SubmissionFacts& f) { f.mode = "fast"; }},
       {kLayer, "profile", Verdict::pass, asis},
       {kLayer, "profile", Verdict::fail, [](SubmissionFacts& f) { f.profile = "latency"; }},
       {kLayer, "seed", Verdict::pass, asis},
       {kLayer, "seed", Verdict::fail, [](SubmissionFacts& f) { f.seed_given = false; }},
       {kLayer, "rag", Verdict::pass, asis},
       {kLayer, "rag", Verdict::fail, [](SubmissionFacts& f) { f.rag = true; }},
       {kLayer, "autoscaling", Verdict::pass, asis},
       {kLayer, "autoscaling", Verdict::fail, [](SubmissionFacts& f) { f.autoscaling = true; }}});
}

TEST(Submission, TheGuidesRules) {
  const auto asis = [](SubmissionFacts&) {};
  constexpr Layer kLayer = Layer::guide;
  expect_all(
      guide_stress(),
      {{kLayer, "option", Verdict::pass, asis},
       {kLayer, "option", Verdict::fail, [](SubmissionFacts& f) { f.users = 199; }},
       {kLayer, "option", Verdict::fail,
        [](SubmissionFacts& f) { f.model = "llama3.1-70b-instruct"; }},
       {kLayer, "cpu", Verdict::pass, asis},
       {kLayer, "cpu", Verdict::fail, [](SubmissionFacts& f) { f.cpu_gib = 4; }},
       {kLayer, "cpu", Verdict::pass, [](SubmissionFacts& f) { f.users = 100, f.cpu_gib = 4; }},
       {kLayer, "cpu", Verdict::not_applicable, [](SubmissionFacts& f) { f.users = 7; }},
       {kLayer, "allocs", Verdict::pass, asis},
       {kLayer, "allocs", Verdict::fail, [](SubmissionFacts& f) { f.allocations = 8; }},
       {kLayer, "allocs", Verdict::pass,
        [](SubmissionFacts& f) {
          f.model = "llama3.1-70b-instruct", f.users = 70, f.allocations = 4;
        }},
       {kLayer, "allocs", Verdict::not_applicable, [](SubmissionFacts& f) { f.users = 7; }},
       {kLayer, "allocs-paragraph", Verdict::fail, asis},
       {kLayer, "allocs-paragraph", Verdict::pass, [](SubmissionFacts& f) { f.allocations = 0; }},
       {kLayer, "duration", Verdict::pass, asis},
       {kLayer, "duration", Verdict::pass, [](SubmissionFacts& f) { f.duration_s = 600; }},
       {kLayer, "duration", Verdict::fail, [](SubmissionFacts& f) { f.duration_s = 299; }},
       {kLayer, "duration", Verdict::fail, [](SubmissionFacts& f) { f.duration_s = 601; }},
       {kLayer, "duration", Verdict::fail, [](SubmissionFacts& f) { f.duration_s.reset(); }},
       {kLayer, "gpu", Verdict::pass, asis},
       {kLayer, "gpu", Verdict::fail, [](SubmissionFacts& f) { f.gpu_gib = 1; }},
       {kLayer, "mode", Verdict::pass, asis},
       {kLayer, "mode", Verdict::fail, [](SubmissionFacts& f) { f.mode = "fast"; }},
       {kLayer, "seed", Verdict::pass, asis},
       {kLayer, "seed", Verdict::fail, [](SubmissionFacts& f) { f.seed = 43; }}});
}

TEST(Submission, TheUmbrellasRules) {
  const auto asis = [](SubmissionFacts&) {};
  constexpr Layer kLayer = Layer::umbrella;
  expect_all(proposal_8b(),
             {{kLayer, "category", Verdict::open, asis},
              {kLayer, "model", Verdict::pass, asis},
              {kLayer, "model", Verdict::pass, [](SubmissionFacts& f) { f.model = "tiny-1b"; }},
              {kLayer, "model", Verdict::fail, [](SubmissionFacts& f) { f.model = "qwen3-32b"; }},
              {kLayer, "users", Verdict::pass, asis},
              {kLayer, "users", Verdict::pass, [](SubmissionFacts& f) { f.users = 10; }},
              {kLayer, "users", Verdict::open, [](SubmissionFacts& f) { f.users = 9; }},
              {kLayer, "users", Verdict::fail, [](SubmissionFacts& f) { f.users = 0; }},
              {kLayer, "duration", Verdict::pass, [](SubmissionFacts& f) { f.duration_s = 60; }},
              {kLayer, "duration", Verdict::open, [](SubmissionFacts& f) { f.duration_s = 59; }},
              {kLayer, "duration", Verdict::fail, [](SubmissionFacts& f) { f.duration_s = 29; }},
              {kLayer, "gpu", Verdict::fail, asis},
              {kLayer, "gpu", Verdict::pass, [](SubmissionFacts& f) { f.gpu_gib = 1; }},
              {kLayer, "cpu", Verdict::fail, asis},
              {kLayer, "cpu", Verdict::pass, [](SubmissionFacts& f) { f.cpu_gib = 1; }},
              {kLayer, "mode", Verdict::pass, asis},
              {kLayer, "mode", Verdict::open, [](SubmissionFacts& f) { f.mode = "none"; }},
              {kLayer, "mode", Verdict::fail, [](SubmissionFacts& f) { f.mode = "slow"; }},
              {kLayer, "profile", Verdict::pass, asis},
              {kLayer, "profile", Verdict::fail, [](SubmissionFacts& f) { f.profile = ""; }}});
}

TEST(Submission, TheGeneralRules) {
  const auto asis = [](SubmissionFacts&) {};
  constexpr Layer kLayer = Layer::general;
  expect_all(
      proposal_8b(),
      {{kLayer, "storage", Verdict::pass, asis},
       {kLayer, "storage", Verdict::fail, [](SubmissionFacts& f) { f.storage_on = false; }},
       {kLayer, "measured", Verdict::pass, asis},
       {kLayer, "measured", Verdict::fail, [](SubmissionFacts& f) { f.modelled = true; }},
       {kLayer, "direct", Verdict::pass, asis},
       {kLayer, "direct", Verdict::fail, [](SubmissionFacts& f) { f.direct_io = false; }},
       {kLayer, "direct", Verdict::fail, [](SubmissionFacts& f) { f.direct_io.reset(); }},
       {kLayer, "direct", Verdict::not_applicable, [](SubmissionFacts& f) { f.modelled = true; }},
       {kLayer, "decision-grade", Verdict::pass, asis},
       {kLayer, "decision-grade", Verdict::fail,
        [](SubmissionFacts& f) { f.reasons = {"interrupted"}; }}});
}

// Every official command has no gpu and no RAM, which the umbrella's checker calls INVALID.
TEST(Submission, TheOfficialCommandsFailOnlyWhereRulesContradictEachOther) {
  const std::vector<Finding> proposal = check_run(proposal_8b());
  EXPECT_TRUE(is_submittable(proposal));
  EXPECT_TRUE(find(proposal, Layer::umbrella, "gpu").contradicted);
  EXPECT_TRUE(has_contradiction(proposal, "gpu/guide.gpu"));
  EXPECT_TRUE(has_contradiction(proposal, "cpu/proposal.cpu"));
  EXPECT_TRUE(has_contradiction(proposal, "option/proposal.users"));
  EXPECT_TRUE(has_contradiction(proposal, "mode/proposal.mode"));

  const std::vector<Finding> guide = check_run(guide_stress());
  EXPECT_TRUE(is_submittable(guide));
  EXPECT_TRUE(has_contradiction(guide, "users/guide.option"));
  EXPECT_TRUE(has_contradiction(guide, "duration/guide.duration"));
  EXPECT_TRUE(has_contradiction(guide, "mode/guide.mode"));
  EXPECT_TRUE(has_contradiction(guide, "allocs-paragraph/guide.allocs"));
}

TEST(Submission, WhatNoRuleAsksForIsNoContradiction) {
  SubmissionFacts facts = guide_stress();
  facts.users = 137;
  EXPECT_FALSE(is_submittable(check_run(facts)));
  facts = guide_stress();
  facts.gpu_gib = 16;  // the umbrella allows it, but nobody asks for it
  EXPECT_FALSE(is_submittable(check_run(facts)));
  facts = guide_stress();
  facts.direct_io = false;
  EXPECT_FALSE(is_submittable(check_run(facts)));
}

TEST(Submission, ARecordIsReadByTheNamesOfItsSettings) {
  using record::Origin;
  record::Run run = record::filled_run();
  run.settings = {{.name = "model", .value = std::string("llama3.1-8b")},
                  {.name = "num-users", .value = std::int64_t{150}},
                  {.name = "duration", .value = 600.0},
                  {.name = "gpu-mem-gb", .value = 0.0},
                  {.name = "cpu-mem-gb", .value = std::string("unlimited")},
                  {.name = "max-concurrent-allocs", .value = std::int64_t{16}},
                  {.name = "generation-mode", .value = std::string("none")},
                  {.name = "performance-profile", .value = std::string("latency")},
                  {.name = "enable-rag", .value = true},
                  {.name = "seed", .value = std::int64_t{42}, .origin = Origin::preset}};
  const SubmissionFacts facts = submission_facts(run);
  EXPECT_EQ(facts.model, "llama3.1-8b");
  EXPECT_EQ(facts.users, 150);
  EXPECT_EQ(facts.duration_s, 600);
  EXPECT_EQ(facts.gpu_gib, 0);
  EXPECT_EQ(facts.cpu_gib, std::nullopt);
  EXPECT_EQ(facts.allocations, 16);
  EXPECT_EQ(facts.mode, "none");
  EXPECT_EQ(facts.profile, "latency");
  EXPECT_TRUE(facts.rag);
  EXPECT_FALSE(facts.autoscaling);
  EXPECT_EQ(facts.seed, 42);
  EXPECT_TRUE(facts.seed_given);
  EXPECT_TRUE(facts.storage_on);
  EXPECT_FALSE(facts.modelled);
  EXPECT_EQ(facts.tokens_per_s, 2) << "two answers of 10 tokens in 10 s";
  run.window.clock = record::ClockKind::virtual_;
  EXPECT_TRUE(submission_facts(run).modelled);
  run.settings.back().origin = Origin::default_;
  EXPECT_FALSE(submission_facts(run).seed_given);
}

TEST(Submission, ARecordWithoutTheSettingsKeepsNoRuleAboutThem) {
  record::Run run = record::filled_run();
  run.settings.clear();
  const SubmissionFacts facts = submission_facts(run);
  EXPECT_EQ(verdict(facts, Layer::proposal, "mode"), Verdict::fail);
  EXPECT_EQ(verdict(facts, Layer::guide, "allocs-paragraph"), Verdict::fail);
  EXPECT_EQ(verdict(facts, Layer::umbrella, "gpu"), Verdict::fail);
}

}  // namespace
}  // namespace spillway::analysis
