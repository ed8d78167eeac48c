// SPDX-License-Identifier: Apache-2.0
#include "analysis/submission.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <variant>

namespace spillway::analysis {
namespace {

constexpr double kSeed = 42;
constexpr std::array<std::string_view, 5> kUmbrellaModels = {"tiny-1b", "mistral-7b", "llama2-7b",
                                                             kModel8b, kModel70b};
constexpr std::array<std::string_view, 3> kModes = {"none", "fast", "realistic"};
constexpr std::array<std::string_view, 2> kProfiles = {"latency", "throughput"};

// The guide's table of options; a model and a number of users name the option.
struct Option {
  std::string_view name;
  std::string_view model;
  double users;
  double cpu_gib;
  double allocations;
};
constexpr std::array<Option, 3> kOptions = {{
    {.name = "stress", .model = kModel8b, .users = 200, .cpu_gib = 0, .allocations = 16},
    {.name = "throughput", .model = kModel8b, .users = 100, .cpu_gib = 4, .allocations = 0},
    {.name = "large", .model = kModel70b, .users = 70, .cpu_gib = 0, .allocations = 4},
}};

const Option* option_of(const SubmissionFacts& facts) {
  const auto* const found = std::ranges::find_if(kOptions, [&](const Option& option) {
    return option.model == facts.model && facts.users == option.users;
  });
  return found == kOptions.end() ? nullptr : found;
}

template <std::size_t KSize>
bool is_one_of(const std::array<std::string_view, KSize>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

bool is_official_model(const SubmissionFacts& facts) {
  return facts.model == kModel8b || facts.model == kModel70b;
}

std::string shown(const std::optional<double>& value) {
  return value ? fmt::format("{:g}", *value) : "nothing on record";
}
std::string shown(const std::string& text) { return text.empty() ? "nothing on record" : text; }

// The rules of one layer, one after the other.
class Judge {
 public:
  Judge(Layer layer, std::vector<Finding>& findings) : layer_(layer), findings_(findings) {}

  void say(std::string_view rule, Verdict verdict, std::string reason) {
    findings_.push_back({.layer = layer_,
                         .rule = std::string(rule),
                         .verdict = verdict,
                         .reason = std::move(reason)});
  }
  void require(std::string_view rule, bool kept, std::string reason) {
    say(rule, kept ? Verdict::pass : Verdict::fail, std::move(reason));
  }
  void equal(std::string_view rule, const std::optional<double>& found, double asked,
             std::string_view what) {
    require(rule, found == asked,
            fmt::format("asks for {:g} {}, found {}", asked, what, shown(found)));
  }
  void equal(std::string_view rule, const std::string& found, std::string_view asked,
             std::string_view what) {
    require(rule, found == asked,
            fmt::format("asks for {} {}, found {}", what, asked, shown(found)));
  }
  template <std::size_t KSize>
  void one_of(std::string_view rule, const std::string& found,
              const std::array<std::string_view, KSize>& asked) {
    require(rule, is_one_of(asked, found),
            fmt::format("asks for one of {}, found {}", fmt::join(asked, ", "), shown(found)));
  }
  // Below `invalid` it fails, below `open` the result is open at best.
  void at_least(std::string_view rule, const std::optional<double>& found, double invalid,
                double open, std::string_view what) {
    const double value = found.value_or(-1);
    Verdict verdict = value < open ? Verdict::open : Verdict::pass;
    if (value < invalid) verdict = Verdict::fail;
    std::string reason = fmt::format("asks for at least {:g} {}", invalid, what);
    if (open > invalid) reason += fmt::format(" (below {:g} OPEN)", open);
    say(rule, verdict, fmt::format("{}, found {}", reason, shown(found)));
  }

 private:
  Layer layer_;
  std::vector<Finding>& findings_;
};

void check_model(Judge& judge, const SubmissionFacts& facts) {
  judge.one_of("model", facts.model, std::array{kModel8b, kModel70b});
}

void check_extras(Judge& judge, const SubmissionFacts& facts) {
  const auto off = [&](std::string_view rule, bool on, std::string_view what) {
    judge.require(rule, !on,
                  fmt::format("official results have no {}, found {}", what, on ? "it" : "none"));
  };
  off("rag", facts.rag, "RAG");
  off("autoscaling", facts.autoscaling, "autoscaling");
}

// Its commands ask for no RAM; its smoke tests have 2 and 4 GiB, and its text explains 0 and 2.
void check_proposal_memory(Judge& judge, const SubmissionFacts& facts) {
  judge.equal("gpu", facts.gpu_gib, 0, "GiB of gpu memory");
  if (facts.cpu_gib == 2.0 || facts.cpu_gib == 4.0) {
    judge.say(
        "cpu", Verdict::open,
        fmt::format("the commands ask for 0 GiB of RAM, the smoke tests for 2 and 4, found {}",
                    shown(facts.cpu_gib)));
    return;
  }
  judge.equal("cpu", facts.cpu_gib, 0, "GiB of RAM");
}

void check_proposal(const SubmissionFacts& facts, std::vector<Finding>& findings) {
  constexpr double kUsers8b = 150;
  constexpr double kUsers70b = 40;
  constexpr double kSeconds = 600;
  Judge judge(Layer::proposal, findings);
  check_model(judge, facts);
  if (is_official_model(facts)) {
    judge.equal("users", facts.users, facts.model == kModel8b ? kUsers8b : kUsers70b, "users");
  } else {
    judge.say("users", Verdict::not_applicable, "no number of users for this model");
  }
  judge.equal("duration", facts.duration_s, kSeconds, "s");
  check_proposal_memory(judge, facts);
  judge.equal("mode", facts.mode, "realistic", "generation");
  judge.equal("profile", facts.profile, "throughput", "performance profile");
  judge.require("seed", facts.seed_given,
                facts.seed_given ? fmt::format("the seed was given: {}", shown(facts.seed))
                                 : "the seed has to be given, found the built-in one");
  check_extras(judge, facts);
}

void check_option(Judge& judge, const SubmissionFacts& facts) {
  const Option* const option = option_of(facts);
  if (option == nullptr) {
    judge.require("option", false,
                  fmt::format("asks for {} with 200 (stress) or 100 users (throughput), or {} with "
                              "70, found {} with {}",
                              kModel8b, kModel70b, shown(facts.model), shown(facts.users)));
    judge.say("cpu", Verdict::not_applicable, "no option to compare with");
    judge.say("allocs", Verdict::not_applicable, "no option to compare with");
    return;
  }
  judge.say("option", Verdict::pass, fmt::format("this is the option {}", option->name));
  judge.equal("cpu", facts.cpu_gib, option->cpu_gib, "GiB of RAM");
  judge.equal("allocs", facts.allocations, option->allocations, "allocations at a time");
}

void check_guide(const SubmissionFacts& facts, std::vector<Finding>& findings) {
  constexpr double kShortest = 300;
  constexpr double kLongest = 600;
  Judge judge(Layer::guide, findings);
  check_option(judge, facts);
  judge.equal("allocs-paragraph", facts.allocations, 0, "allocations at a time");
  judge.require("duration", facts.duration_s >= kShortest && facts.duration_s <= kLongest,
                fmt::format("asks for {:g} to {:g} s, found {}", kShortest, kLongest,
                            shown(facts.duration_s)));
  judge.equal("gpu", facts.gpu_gib, 0, "GiB of gpu memory");
  judge.equal("mode", facts.mode, "none", "generation");
  judge.equal("seed", facts.seed, kSeed, "as the seed");
}

void check_umbrella(const SubmissionFacts& facts, std::vector<Finding>& findings) {
  Judge judge(Layer::umbrella, findings);
  judge.say("category", Verdict::open, "the benchmark is in preview: OPEN at best, never CLOSED");
  judge.one_of("model", facts.model, kUmbrellaModels);
  judge.at_least("users", facts.users, 1, 10, "users");
  judge.at_least("duration", facts.duration_s, 30, 60, "s");
  judge.at_least("gpu", facts.gpu_gib, 1, 1, "GiB of gpu memory");
  judge.at_least("cpu", facts.cpu_gib, 1, 1, "GiB of RAM");
  if (facts.mode == "none") {
    judge.say("mode", Verdict::open, "generation none is OPEN");
  } else {
    judge.one_of("mode", facts.mode, kModes);
  }
  judge.one_of("profile", facts.profile, kProfiles);
}

// Of the rules for all workloads those that a record can tell about: the storage was measured, and
// no cache of the system served it.
void check_general(const SubmissionFacts& facts, std::vector<Finding>& findings) {
  Judge judge(Layer::general, findings);
  judge.require("storage", facts.storage_on,
                facts.storage_on ? "a storage tier was there" : "there was no storage tier");
  judge.require("measured", !facts.modelled,
                facts.modelled ? "time or storage was modelled, nothing was measured"
                               : "time and storage are real");
  if (facts.modelled || !facts.storage_on) {
    judge.say("direct", Verdict::not_applicable, "no file was read");
  } else {
    judge.require("direct", facts.direct_io.value_or(false),
                  facts.direct_io.value_or(false)
                      ? "no page cache served the reads"
                      : "the reads are not known to have passed the page cache by");
  }
  judge.require("decision-grade", facts.reasons.empty(),
                facts.reasons.empty()
                    ? "nothing speaks against the figures"
                    : fmt::format("against the figures: {}", fmt::join(facts.reasons, ", ")));
}

constexpr std::string_view kMinimum =
    "the checker refuses what the official commands ask for, so that each of them is INVALID";
constexpr std::string_view kOptionOrProposal =
    "the proposal and the guide ask for different runs; this one is the other's";
constexpr std::string_view kAllocations =
    "the guide's table limits allocations, a paragraph of it asks for no limit";

constexpr std::array<Conflict, 10> kConflicts = {{
    {.layer = Layer::umbrella,
     .rule = "gpu",
     .other_layer = Layer::guide,
     .other_rule = "gpu",
     .reason = kMinimum},
    {.layer = Layer::umbrella,
     .rule = "cpu",
     .other_layer = Layer::guide,
     .other_rule = "cpu",
     .reason = kMinimum},
    {.layer = Layer::umbrella,
     .rule = "cpu",
     .other_layer = Layer::proposal,
     .other_rule = "cpu",
     .reason = kMinimum},
    {.layer = Layer::proposal,
     .rule = "users",
     .other_layer = Layer::guide,
     .other_rule = "option",
     .reason = kOptionOrProposal},
    {.layer = Layer::guide,
     .rule = "option",
     .other_layer = Layer::proposal,
     .other_rule = "users",
     .reason = kOptionOrProposal},
    {.layer = Layer::proposal,
     .rule = "duration",
     .other_layer = Layer::guide,
     .other_rule = "duration",
     .reason = "the guide's commands run for 300 s, the proposal's for 600 s"},
    {.layer = Layer::proposal,
     .rule = "mode",
     .other_layer = Layer::guide,
     .other_rule = "mode",
     .reason = kOptionOrProposal},
    {.layer = Layer::guide,
     .rule = "mode",
     .other_layer = Layer::proposal,
     .other_rule = "mode",
     .reason = kOptionOrProposal},
    {.layer = Layer::guide,
     .rule = "allocs-paragraph",
     .other_layer = Layer::guide,
     .other_rule = "allocs",
     .reason = kAllocations},
    {.layer = Layer::guide,
     .rule = "allocs",
     .other_layer = Layer::guide,
     .other_rule = "allocs-paragraph",
     .reason = kAllocations},
}};

Finding* find(std::span<Finding> findings, Layer layer, std::string_view rule) {
  const auto found = std::ranges::find_if(
      findings, [&](const Finding& one) { return one.layer == layer && one.rule == rule; });
  return found == findings.end() ? nullptr : std::to_address(found);
}

std::optional<double> number_of(const record::Run& run, std::string_view name) {
  const record::Setting* const setting = record::find_setting(run, name);
  if (setting == nullptr) return std::nullopt;
  if (const auto* const whole = std::get_if<std::int64_t>(&setting->value)) {
    return static_cast<double>(*whole);
  }
  if (const auto* const real = std::get_if<double>(&setting->value)) return *real;
  return std::nullopt;
}

std::string text_of(const record::Run& run, std::string_view name) {
  const record::Setting* const setting = record::find_setting(run, name);
  const auto* const text = setting == nullptr ? nullptr : std::get_if<std::string>(&setting->value);
  return text == nullptr ? "" : *text;
}

bool flag_of(const record::Run& run, std::string_view name) {
  const record::Setting* const setting = record::find_setting(run, name);
  return setting != nullptr && setting->value == record::Value(true);
}

}  // namespace

std::string_view name_of(Layer layer) {
  constexpr std::array<std::string_view, 4> kNames = {"proposal", "guide", "umbrella", "general"};
  return kNames.at(static_cast<std::size_t>(layer));
}

std::string_view name_of(Verdict verdict) {
  constexpr std::array<std::string_view, 5> kNames = {"pass", "FAIL", "open", "contradiction", "-"};
  return kNames.at(static_cast<std::size_t>(verdict));
}

SubmissionFacts submission_facts(const record::Run& run) {
  SubmissionFacts facts;
  facts.model = text_of(run, "model");
  facts.users = number_of(run, "num-users");
  facts.duration_s = number_of(run, "duration");
  facts.gpu_gib = number_of(run, "gpu-mem-gb");
  facts.cpu_gib = number_of(run, "cpu-mem-gb");
  facts.allocations = number_of(run, "max-concurrent-allocs");
  facts.mode = text_of(run, "generation-mode");
  facts.profile = text_of(run, "performance-profile");
  facts.request_model = text_of(run, "request-model");
  facts.seed = number_of(run, "seed");
  const record::Setting* const seed = record::find_setting(run, "seed");
  facts.seed_given = seed != nullptr && seed->origin != record::Origin::default_;
  facts.rag = flag_of(run, "enable-rag");
  facts.autoscaling = flag_of(run, "enable-autoscaling");
  const record::TierCounters& storage = run.observed.tier(TierId::storage);
  facts.storage_on = storage.is_on();
  facts.modelled = storage.modelled || run.window.clock == record::ClockKind::virtual_;
  facts.direct_io = run.proof.direct;
  for (const record::Reason& reason : run.reasons) facts.reasons.push_back(reason.code);
  facts.tokens_per_s = record::per_second(run.observed.requests.output_tokens, run.window);
  return facts;
}

std::vector<Finding> check_run(const SubmissionFacts& facts) {
  std::vector<Finding> findings;
  check_proposal(facts, findings);
  check_guide(facts, findings);
  check_umbrella(facts, findings);
  check_general(facts, findings);
  add_contradictions(kConflicts, findings);
  return findings;
}

bool is_submittable(std::span<const Finding> findings) {
  return std::ranges::none_of(findings, [](const Finding& one) {
    return one.verdict == Verdict::fail && !one.contradicted;
  });
}

void add_contradictions(std::span<const Conflict> conflicts, std::vector<Finding>& findings) {
  for (const Conflict& conflict : conflicts) {
    Finding* const failing = find(findings, conflict.layer, conflict.rule);
    const Finding* const passing = find(findings, conflict.other_layer, conflict.other_rule);
    if (failing == nullptr || failing->verdict != Verdict::fail) continue;
    if (passing == nullptr || passing->verdict != Verdict::pass) continue;
    failing->contradicted = true;
    findings.push_back({.layer = conflict.layer,
                        .rule = fmt::format("{}/{}.{}", conflict.rule,
                                            name_of(conflict.other_layer), conflict.other_rule),
                        .verdict = Verdict::contradiction,
                        .reason = std::string(conflict.reason)});
  }
}

}  // namespace spillway::analysis
