// SPDX-License-Identifier: Apache-2.0
#include "report/mlperf_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "analysis/assessment.h"
#include "report/number_text.h"
#include "report/table.h"

namespace spillway::report {
namespace {

using record::ClassFigures;
using record::Run;

bool has_classes(const Run& run) {
  return std::ranges::any_of(run.observed.classes, [](const ClassFigures& figures) {
    return figures.requests.offered > 0;
  });
}

std::string sla_text(std::uint64_t met, std::uint64_t completed,
                     double promised = record::kSlaShare) {
  const std::optional<double> kept = record::share(met, completed);
  if (!kept) return kMissing;
  return fmt::format("{}, {}", percent_text(kept), *kept >= promised ? "met" : "NOT met");
}

// A class's promise at one of the higher percentiles, with its target.
std::string tail_text(const ClassFigures& figures, const record::QosTarget& target,
                      std::size_t tail) {
  const std::int64_t ns = target.tail_ns.at(tail);
  if (ns == 0 || figures.requests.completed == 0) return kMissing;
  return fmt::format("{} ms: {}", number_text(static_cast<double>(ns) / 1e6),
                     sla_text(figures.met_tail.at(tail), figures.requests.completed,
                              record::kSlaTails.at(tail).share));
}

bool has_tails(const Run& run) {
  return std::ranges::any_of(run.observed.targets, [](const record::QosTarget& target) {
    return target.tail_ns != decltype(target.tail_ns){};
  });
}

void add_tails(const Run& run, Table& table) {
  if (!has_tails(run)) return;
  for (std::size_t tail = 0; tail < record::kSlaTails.size(); ++tail) {
    std::vector<std::string> cells = {
        fmt::format("  first token, {}", record::kSlaTails.at(tail).name)};
    for (const Qos qos : kAllQos) {
      cells.push_back(
          tail_text(run.observed.of(qos), run.observed.targets.at(index_of(qos)), tail));
    }
    table.add(std::move(cells));
  }
}

// What the run's settings say; runs of other workloads have no profile and are judged by latency.
analysis::Profile profile_of(const Run& run) {
  const record::Setting* const setting = record::find_setting(run, "performance-profile");
  if (setting == nullptr) return analysis::Profile::latency;
  return analysis::find_profile(record::value_text(setting->value))
      .value_or(analysis::Profile::latency);
}

}  // namespace

std::string classes_text(const Run& run) {
  if (!has_classes(run)) return "";
  Table table({"", "interactive", "responsive", "batch"});
  const auto row = [&](const std::string& name, auto cell) {
    std::vector<std::string> cells = {name};
    for (const Qos qos : kAllQos) cells.push_back(cell(run.observed.of(qos)));
    table.add(std::move(cells));
  };
  row("offered", [](const ClassFigures& c) { return count_text(c.requests.offered); });
  row("  admitted", [](const ClassFigures& c) { return count_text(c.admitted); });
  row("  completed", [](const ClassFigures& c) { return count_text(c.requests.completed); });
  row("  abandoned", [](const ClassFigures& c) { return count_text(c.requests.abandoned); });
  row("queue wait p95 ms",
      [](const ClassFigures& c) { return quantile_ms_text(c.queue_wait, 0.95); });
  row("first token p50 ms", [](const ClassFigures& c) { return quantile_ms_text(c.ttft, 0.5); });
  row("first token p95 ms", [](const ClassFigures& c) { return quantile_ms_text(c.ttft, 0.95); });
  row("on tiers p95 ms", [](const ClassFigures& c) { return quantile_ms_text(c.tier_time, 0.95); });
  row("goodput, requests/s", [&](const ClassFigures& c) {
    if (c.requests.offered == 0) return std::string(kMissing);
    return number_text(record::per_second(c.met_ttft, run.window));
  });
  std::vector<std::string> targets = {"target ms"};
  for (const record::QosTarget& target : run.observed.targets) {
    targets.push_back(number_text(static_cast<double>(target.ttft_ns) / 1e6));
  }
  table.add(std::move(targets));
  row("  first token in time",
      [](const ClassFigures& c) { return sla_text(c.met_ttft, c.requests.completed); });
  add_tails(run, table);
  row("  on tiers in time",
      [](const ClassFigures& c) { return sla_text(c.met_tier_time, c.requests.completed); });
  return table.text();
}

std::string entries_text(const Run& run) {
  const record::EntryFigures& entries = run.observed.entries;
  if (entries.write.empty() && entries.decode_reads == 0) return "";
  Table table({"asked for again", "asked", "hit", "ratio"});
  for (const record::ReuseKind kind : record::kAllReuseKinds) {
    const std::uint64_t asked = entries.asked.at(index_of(kind));
    if (asked == 0) continue;
    const std::uint64_t hit = entries.hit.at(index_of(kind));
    std::string name = name_of(kind);
    std::ranges::replace(name, '_', ' ');
    table.add({name, count_text(asked), count_text(hit), percent_text(record::share(hit, asked))});
  }
  std::string text = table.empty() ? "" : table.text();
  text += fmt::format("  own entries: {} read for decoding, {} gone by then (no reuse)\n",
                      count_text(entries.decode_reads), count_text(entries.decode_misses));
  text += fmt::format(
      "  storing an entry: p50 {}, p95 {} ms; reading it for an answer: p50 {}, p95 {} ms\n",
      quantile_ms_text(entries.write, 0.5), quantile_ms_text(entries.write, 0.95),
      quantile_ms_text(entries.decode_read, 0.5), quantile_ms_text(entries.decode_read, 0.95));
  return text;
}

std::string rates_text(const Run& run) {
  const std::optional<double> token = record::bytes_per_token(run);
  if (!has_classes(run) || !token) return "";
  const record::Requests& requests = run.observed.requests;
  const record::TierCounters& storage = run.observed.tier(TierId::storage);
  const double moved = static_cast<double>(storage.read.bytes + storage.write.bytes) / *token;
  const auto generated = static_cast<double>(requests.output_tokens);
  const double seconds = run.window.seconds();
  return labelled_text("system", fmt::format("{} tokens/s generated, by the wall clock",
                                             number_text(record::ratio(generated, seconds)))) +
         labelled_text("storage", fmt::format("{} tokens/s read and written, demotions included",
                                              number_text(record::ratio(moved, seconds)))) +
         labelled_text("amplification",
                       fmt::format("{} tokens moved for each one generated: entries are read again "
                                   "while they decode",
                                   number_text(record::ratio(moved, generated))));
}

std::string assessment_text(const Run& run) {
  if (!has_classes(run)) return "";
  const analysis::Assessment assessment = analysis::assess(run, profile_of(run));
  std::string text =
      fmt::format("  {} ({} of {} criteria of the {} profile)\n", name_of(assessment.outcome()),
                  assessment.passed(), assessment.criteria.size(), name_of(assessment.profile));
  for (const analysis::Criterion& criterion : assessment.criteria) {
    text += fmt::format("  {} {}: {} {} (target {} {}, {} samples)\n",
                        criterion.passed ? "[ok]  " : "[FAIL]", criterion.name,
                        number_text(criterion.actual), criterion.unit,
                        criterion.below ? "below" : "above", number_text(criterion.target),
                        count_text(criterion.samples));
  }
  return text;
}

std::string hints_text(const Run& run) {
  if (!has_classes(run)) return "";
  const std::vector<std::string> hints = analysis::bottlenecks(run);
  std::string text;
  for (const std::string& hint : hints) text += fmt::format("  {}\n", hint);
  return hints.empty() ? "  none\n" : text;
}

}  // namespace spillway::report
