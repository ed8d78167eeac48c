// SPDX-License-Identifier: Apache-2.0
#include "report/run_text.h"

#include <fmt/core.h>

#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/size_text.h"
#include "report/autoscaling_text.h"
#include "report/beside_text.h"
#include "report/drive_text.h"
#include "report/mlperf_text.h"
#include "report/number_text.h"
#include "report/table.h"

namespace spillway::report {
namespace {

using record::Observations;
using record::Run;
using record::TierCounters;

std::string section(std::string_view title, const std::string& body) {
  return body.empty() ? "" : fmt::format("\n{}\n{}", title, body);
}

std::string fact_text(const Run& run, std::string_view name) {
  const record::Value* value = record::find_fact(run, name);
  return value == nullptr ? kMissing : record::value_text(*value);
}

std::string heading(const Run& run) {
  return fmt::format("Spillway {} ({}, {})  {}\n", fact_text(run, record::fact::kVersion),
                     fact_text(run, record::fact::kCommit),
                     fact_text(run, record::fact::kBuildType), run.created);
}

// The settings that somebody chose or that were computed; defaults stand in record.json.
std::string chosen_settings(const Run& run) {
  std::string text;
  for (const record::Setting& setting : run.settings) {
    if (setting.origin == record::Origin::default_) continue;
    text += fmt::format("{}{}={}", text.empty() ? "" : "  ", setting.name,
                        record::value_text(setting.value));
    if (setting.origin == record::Origin::resolved) text += " (resolved)";
  }
  return text;
}

std::string setting_text(const Run& run, std::string_view name) {
  const record::Setting* setting = record::find_setting(run, name);
  return setting == nullptr ? kMissing : record::value_text(setting->value);
}

// A memory or network file system has no block device under it.
std::string where_files_lie(const Run& run) {
  const std::string device = fact_text(run, record::fact::kDevice);
  return fact_text(run, record::fact::kFileSystem) +
         (device.empty() || device == kMissing ? "" : " on " + device);
}

std::string what_ran(const Run& run) {
  std::string text = labelled_text("workload", run.plan.workload);
  text +=
      labelled_text("model", setting_text(run, "model") + ", seed " + setting_text(run, "seed"));
  text += labelled_text(
      "plan", run.plan.requests == 0
                  ? fmt::format("{}: requests without end", run.plan.hash)
                  : fmt::format("{}: {} requests, {} input and {} output tokens", run.plan.hash,
                                count_text(run.plan.requests), count_text(run.plan.input_tokens),
                                count_text(run.plan.output_tokens)));
  text += labelled_text("measured",
                        fmt::format("{} s of {} time, after {} s of warm-up",
                                    number_text(run.window.seconds()), name_of(run.window.clock),
                                    number_text(static_cast<double>(run.window.warm_up_ns) / 1e9)));
  text += labelled_text("settings", chosen_settings(run));
  text += labelled_text(
      "machine",
      fmt::format("{}, {} cores, kernel {}", fact_text(run, record::fact::kCpuModel),
                  fact_text(run, record::fact::kCores), fact_text(run, record::fact::kKernel)));
  if (run.window.clock == record::ClockKind::virtual_) {
    return text + labelled_text("note", "MODELLED: the time is virtual and no device was measured");
  }
  return text + labelled_text("storage", fmt::format("{}, engine {} ({})", where_files_lie(run),
                                                     fact_text(run, record::fact::kIoEngine),
                                                     fact_text(run, record::fact::kIoFeatures)));
}

std::string requests(const Run& run) {
  const record::Requests& seen = run.observed.requests;
  std::string text =
      fmt::format("  {} offered: {} completed, {} failed, {} abandoned ({} more in the warm-up)\n",
                  count_text(seen.offered), count_text(seen.completed), count_text(seen.failed),
                  count_text(seen.abandoned), count_text(seen.warm_up));
  text += fmt::format("  {} requests/s, {} input tokens/s, {} output tokens/s\n",
                      number_text(per_second(seen.completed, run.window)),
                      number_text(per_second(seen.input_tokens, run.window)),
                      number_text(per_second(seen.output_tokens, run.window)));
  if (seen.late > 0) {
    text += fmt::format("  sent later than due: {} (that wait is in every latency)\n",
                        count_text(seen.late));
  }
  if (seen.oversized > 0) {
    text += fmt::format("  larger than all tiers together: {}\n", count_text(seen.oversized));
  }
  return text;
}

void add_latency(Table& table, std::string name, const stats::Histogram& histogram,
                 double unit_ns) {
  if (histogram.empty()) return;
  const auto in_unit = [unit_ns](auto value) {
    return number_text(static_cast<double>(value) / unit_ns);
  };
  table.add({std::move(name), count_text(histogram.count()), in_unit(histogram.mean()),
             in_unit(histogram.quantile(0.50)), in_unit(histogram.quantile(0.95)),
             in_unit(histogram.quantile(0.99)), in_unit(histogram.quantile(0.999)),
             in_unit(histogram.max())});
}

// Whole entries are stored before the first token; blocks while the answer is decoded.
std::string latencies(const record::StageLatencies& stages, bool entries) {
  // An overloaded system makes people wait for hours: from 1,000 s on the table is in seconds.
  const bool in_seconds = stages.end_to_end.max() >= 1'000'000'000'000;
  const double unit_ns = in_seconds ? 1e9 : 1e6;
  Table table({in_seconds ? "s" : "ms", "requests", "mean", "p50", "p95", "p99", "p99.9", "max"});
  add_latency(table, "sent late (lateness)", stages.lateness, unit_ns);
  add_latency(table, "queue wait", stages.queue_wait, unit_ns);
  add_latency(table, "+ loading the hits", stages.storage, unit_ns);
  add_latency(table, entries ? "+ storing what is new" : "+ prefill (modelled)", stages.prefill,
              unit_ns);
  add_latency(table, "= time to first token", stages.ttft, unit_ns);
  add_latency(table, "end to end", stages.end_to_end, unit_ns);
  add_latency(table, "storing after the end", stages.write_back, unit_ns);
  return table.empty() ? "" : table.text();
}

// A row of the table of tiers: a figure of each tier that is on.
struct TierRow {
  std::string name;
  std::function<std::string(const TierCounters&)> cell;
};

std::string capacity_text(const TierCounters& tier) {
  return size_text(Bytes(tier.capacity_bytes));
}

std::string moved_text(std::uint64_t blocks, std::uint64_t bytes) {
  return blocks == 0 ? "0" : fmt::format("{} ({})", count_text(blocks), traffic_text(bytes));
}

std::vector<TierRow> tier_rows() {
  using Counters = const TierCounters&;
  // NOLINTBEGIN(modernize-use-designated-initializers): a table of two columns.
  return {
      {"capacity", capacity_text},
      {"most held", [](Counters t) { return size_text(Bytes(t.peak_bytes)); }},
      {"blocks read", [](Counters t) { return moved_text(t.read.operations, t.read.bytes); }},
      {"  p50 ms", [](Counters t) { return quantile_ms_text(t.read.latency, 0.50); }},
      {"  p95 ms", [](Counters t) { return quantile_ms_text(t.read.latency, 0.95); }},
      {"  p99 ms", [](Counters t) { return quantile_ms_text(t.read.latency, 0.99); }},
      {"blocks written", [](Counters t) { return moved_text(t.write.operations, t.write.bytes); }},
      {"  p50 ms", [](Counters t) { return quantile_ms_text(t.write.latency, 0.50); }},
      {"  p95 ms", [](Counters t) { return quantile_ms_text(t.write.latency, 0.95); }},
      {"  p99 ms", [](Counters t) { return quantile_ms_text(t.write.latency, 0.99); }},
      {"  newly computed", [](Counters t) { return moved_text(t.stores, t.stored_bytes); }},
      {"  from above", [](Counters t) { return moved_text(t.demotions_in, t.demoted_in_bytes); }},
      {"  promoted into it", [](Counters t) { return moved_text(t.promotions, t.promoted_bytes); }},
      {"moved down", [](Counters t) { return moved_text(t.demotions, t.demoted_bytes); }},
      {"  p99 ms", [](Counters t) { return quantile_ms_text(t.demotion, 0.99); }},
      {"deleted", [](Counters t) { return moved_text(t.evictions, t.evicted_bytes); }},
      {"found no room", [](Counters t) { return count_text(t.bypasses); }},
      {"failed reads, writes",
       [](Counters t) {
         return fmt::format("{}, {}", count_text(t.read.failed()), count_text(t.write.failed()));
       }},
  };
  // NOLINTEND(modernize-use-designated-initializers)
}

std::string tiers(const Run& run) {
  std::vector<TierId> on;
  std::vector<std::string> heading = {""};
  for (const TierId tier : kAllTiers) {
    const TierCounters& counters = run.observed.tier(tier);
    if (!counters.is_on()) continue;
    on.push_back(tier);
    heading.push_back(std::string(name_of(tier)) + (counters.modelled ? " (modelled)" : ""));
  }
  if (on.empty()) return "";

  Table table(std::move(heading));
  for (const TierRow& row : tier_rows()) {
    std::vector<std::string> cells = {row.name};
    for (const TierId tier : on) cells.push_back(row.cell(run.observed.tier(tier)));
    table.add(std::move(cells));
  }
  return table.text();
}

std::string reuse(const Run& run) {
  const record::Reuse& reuse = run.observed.reuse;
  if (reuse.blocks_asked == 0) return "";
  Table table({"", "asked", "hit", "ratio"});
  table.add({"blocks", count_text(reuse.blocks_asked), count_text(reuse.hits()),
             percent_text(hit_ratio(reuse))});
  for (const TierId tier : kAllTiers) {
    if (!run.observed.tier(tier).is_on()) continue;
    table.add({fmt::format("  from {}", name_of(tier)), "",
               count_text(reuse.blocks_hit.at(index_of(tier))),
               percent_text(hit_share(reuse, tier))});
  }
  table.add({"tokens", count_text(reuse.tokens_asked), count_text(reuse.tokens_hit),
             percent_text(token_hit_ratio(reuse))});
  return table.text();
}

std::string integrity(const Run& run) {
  const record::Verification& checked = run.observed.verification;
  if (checked.blocks == 0) return "";
  return fmt::format("  {} blocks read back and compared: {} corrupted\n",
                     count_text(checked.blocks), count_text(checked.corrupted));
}

std::string errors(const Run& run) {
  std::string text;
  for (const auto& [error_class, error] : run.observed.errors) {
    text +=
        labelled_text(count_text(error.count), fmt::format("{}: {}", error_class, error.example));
  }
  return text;
}

std::string judgement(const Run& run) {
  std::string text;
  for (const record::Reason& reason : run.reasons) {
    text += labelled_text("", fmt::format("{} [{}]", reason.text, reason.code));
  }
  return text;
}

std::string warnings(const Run& run) {
  std::string text;
  for (const std::string& warning : run.warnings) text += labelled_text("", warning);
  return text;
}

}  // namespace

std::string run_text(const Run& run) {
  const Observations& seen = run.observed;
  const bool entries = !seen.entries.write.empty() || seen.entries.decode_reads > 0;
  // In virtual time every latency and rate is modelled, and each table says so.
  const auto timed = [&run](const std::string& title) {
    return run.window.clock == record::ClockKind::virtual_ ? title + " (modelled: virtual time)"
                                                           : title;
  };
  return heading(run) + section("What ran", what_ran(run)) +
         section(timed("Autoscaling"), autoscaling_text(run)) +
         section(timed("Requests"), requests(run)) +
         section(timed("What users felt"), latencies(seen.completed, entries)) +
         section(timed("Failed requests"), latencies(seen.failed, entries)) +
         section(timed("Classes of service"), classes_text(run)) +
         section(timed("Tiers"), tiers(run)) + section("Reuse", reuse(run)) +
         section(timed("Entries"), entries_text(run)) + section(timed("Tokens"), rates_text(run)) +
         section(timed("What the drive did"), drive_text(run)) +
         section("Device latency (bpftrace)", device_latency_text(run)) +
         section(timed("Preconditioning"), precondition_text(run)) +
         section("I/O trace", io_trace_text(run)) +
         section("Validation", trace_validation_text(run)) +
         section("What the tool cost", cost_text(run)) + section("Integrity", integrity(run)) +
         section(timed("Assessment"), assessment_text(run)) +
         section(timed("Potential bottlenecks"), hints_text(run)) + section("Errors", errors(run)) +
         section("Warnings", warnings(run)) +
         section("NOT DECISION-GRADE, because", judgement(run));
}

}  // namespace spillway::report
