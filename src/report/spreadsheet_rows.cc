// SPDX-License-Identifier: Apache-2.0
#include "report/spreadsheet_rows.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

namespace spillway::report {
namespace {

using record::Run;
using record::Value;
using stats::Histogram;

struct Column {
  std::string name;
  Value value;
};
using Columns = std::vector<Column>;

Value cell(std::optional<double> number) { return number ? Value(*number) : Value(); }
Value cell(std::uint64_t count) { return static_cast<std::int64_t>(count); }

Value setting(const Run& run, std::string_view name) {
  const record::Setting* const found = record::find_setting(run, name);
  return found == nullptr ? Value() : found->value;
}

// A switch that turns something off, as whether it is on.
Value opposite(const Value& value) {
  const bool* const flag = std::get_if<bool>(&value);
  return flag == nullptr ? Value() : Value(!*flag);
}

std::optional<double> number_of(const Value& value) {
  if (const auto* const whole = std::get_if<std::int64_t>(&value)) {
    return static_cast<double>(*whole);
  }
  const auto* const number = std::get_if<double>(&value);
  return number == nullptr ? std::nullopt : std::optional(*number);
}

Value all_cards(const Run& run) {
  const std::optional<double> card = number_of(setting(run, "gpu-mem-gb"));
  const std::optional<double> cards = number_of(setting(run, "num-gpus"));
  return card && cards ? Value(*card * *cards) : Value();
}

// NOLINTBEGIN(modernize-use-designated-initializers): tables of two columns.
Columns run_parameters(const Run& run, analysis::Profile profile) {
  const auto set = [&](std::string_view name) { return setting(run, name); };
  return {
      {"Timestamp", run.created},
      {"Model", set("model")},
      {"Num Users", set("num-users")},
      {"Duration (s)", set("duration")},
      {"GPU Memory per Card (GiB)", set("gpu-mem-gb")},
      {"Num GPUs", set("num-gpus")},
      {"Tensor Parallel", set("tensor-parallel")},
      {"Total GPU Memory (GiB)", all_cards(run)},
      {"CPU Memory (GiB)", set("cpu-mem-gb")},
      {"Generation Mode", set("generation-mode")},
      {"Performance Profile", std::string(analysis::name_of(profile))},
      {"Multi-turn", opposite(set("disable-multi-turn"))},
      {"Prefix Caching", opposite(set("disable-prefix-caching"))},
      {"RAG Enabled", set("enable-rag")},
      {"Autoscaling", set("enable-autoscaling")},
      {"Seed", set("seed")},
      {"Max Concurrent Allocs", set("max-concurrent-allocs")},
      {"Request Rate", set("request-rate")},
      {"Max Requests", set("max-requests")},
      {"Dataset Path", set("dataset-path")},
      {"Cache Dir", set("cache-dir")},
      {"Storage Capacity (GiB)", set("storage-capacity-gb")},
      {"Precondition", set("precondition")},
      {"Precondition Size (GiB)", set("precondition-size-gb")},
      {"Precondition Threads", set("precondition-threads")},
      {"Trace Speedup", set("trace-speedup")},
      {"Replay Cycles", set("replay-cycles")},
  };
}

struct Quantile {
  std::string_view name;
  double q;
};
constexpr std::array<Quantile, 4> kQuantiles = {
    {{"P50", 0.50}, {"P95", 0.95}, {"P99", 0.99}, {"P99.9", 0.999}}};

double gib(std::uint64_t bytes) { return static_cast<double>(bytes) / (1024.0 * 1024 * 1024); }

Columns totals(const Run& run) {
  const record::Requests& requests = run.observed.requests;
  const record::TierCounters& storage = run.observed.tier(TierId::storage);
  const auto moved = static_cast<double>(storage.read.bytes + storage.write.bytes);
  const double seconds = run.window.seconds();
  return {
      {"Total Requests", cell(requests.completed)},
      {"Total Tokens", cell(requests.output_tokens)},
      {"Elapsed Time (s)", seconds},
      {"Avg Throughput (tokens/s)", cell(record::per_second(requests.output_tokens, run.window))},
      {"Storage Throughput (tokens/s)",
       cell(record::ratio(record::ratio(moved, record::bytes_per_token(run)), seconds))},
      {"Requests/s", cell(record::per_second(requests.completed, run.window))},
  };
}

Columns volumes(const Run& run) {
  std::uint64_t read = 0;
  std::uint64_t written = 0;
  for (const TierId tier : kAllTiers) {
    read += run.observed.tier(tier).read.bytes;
    written += run.observed.tier(tier).write.bytes;
  }
  const record::EntryFigures& entries = run.observed.entries;
  const std::size_t history = index_of(record::ReuseKind::history);
  Columns columns = {
      {"Cache Hit Rate", cell(record::hit_ratio(run.observed.reuse))},
      {"Read/Write Ratio", cell(record::ratio(gib(read), gib(written)))},
      {"Total Read (GiB)", gib(read)},
      {"Total Write (GiB)", gib(written)},
  };
  const std::array<std::string_view, kTiers> titles = {"GPU", "CPU", "Storage"};
  for (const TierId tier : kAllTiers) {
    const std::string_view title = titles.at(index_of(tier));
    const record::TierCounters& counters = run.observed.tier(tier);
    const auto add = [&](std::string_view what, Value value) {
      columns.push_back({fmt::format("{} {}", title, what), std::move(value)});
    };
    const auto rate = [&](std::uint64_t bytes) {
      return cell(record::ratio(gib(bytes), run.window.seconds()));
    };
    add("Read (GiB)", gib(counters.read.bytes));
    add("Write (GiB)", gib(counters.write.bytes));
    add("Read Bandwidth (GiB/s)", rate(counters.read.bytes));
    add("Write Bandwidth (GiB/s)", rate(counters.write.bytes));
    add("Entries", cell(counters.held_blocks));
  }
  columns.push_back({"Multi-turn Hit Rate",
                     cell(record::share(entries.hit.at(history), entries.asked.at(history)))});
  return columns;
}
// NOLINTEND(modernize-use-designated-initializers)

void append(Columns& columns, Columns more) {
  std::ranges::move(more, std::back_inserter(columns));
}

void add_mean(Columns& columns, const std::string& title, const Histogram& nanoseconds) {
  columns.push_back({.name = title + " Mean (ms)", .value = cell(record::mean_ms(nanoseconds))});
}

void add_quantiles(Columns& columns, const std::string& title, const Histogram& nanoseconds,
                   std::size_t count = kQuantiles.size()) {
  for (const Quantile& each : std::span(kQuantiles).first(count)) {
    columns.push_back({.name = fmt::format("{} {} (ms)", title, each.name),
                       .value = cell(record::quantile_ms(nanoseconds, each.q))});
  }
}

// Below this many samples the 99.99th percentile is the largest of them.
constexpr std::uint64_t kEnoughFor9999 = 10'000;

void add_p9999(Columns& columns, const std::string& title, const Histogram& nanoseconds) {
  columns.push_back({.name = title + " P99.99 (ms)",
                     .value = nanoseconds.count() < kEnoughFor9999
                                  ? Value()
                                  : cell(record::quantile_ms(nanoseconds, 0.9999))});
}

void add_all_quantiles(Columns& columns, const std::string& title, const Histogram& nanoseconds) {
  add_quantiles(columns, title, nanoseconds);
  add_p9999(columns, title, nanoseconds);
}

// Block by block: all of its time, the part at the device, and the part in our own queue.
void add_storage(Columns& columns, const std::string& title, const stats::Traffic& traffic) {
  add_all_quantiles(columns, title + " Total", traffic.latency);
  add_all_quantiles(columns, title + " Device", traffic.moving);
  add_all_quantiles(columns, title + " Host", traffic.waiting);
}

Columns performance_metrics(const Run& run) {
  constexpr std::size_t kUpToP99 = 3;
  const record::Observations& seen = run.observed;
  const record::TierCounters& storage = seen.tier(TierId::storage);
  Columns columns = totals(run);
  add_mean(columns, "E2E Latency", seen.completed.end_to_end);
  add_all_quantiles(columns, "E2E Latency", seen.completed.end_to_end);
  add_mean(columns, "Storage Latency", seen.completed.tier_time);
  add_all_quantiles(columns, "Storage Latency", seen.completed.tier_time);
  add_mean(columns, "Generation Latency", seen.entries.generation);
  add_quantiles(columns, "Generation Latency", seen.entries.generation, kUpToP99);
  add_storage(columns, "Storage Read", storage.read);
  add_storage(columns, "Storage Write", storage.write);
  append(columns, volumes(run));
  return columns;
}

// One row of all columns.
Sheet across(std::string name, const Columns& columns) {
  Sheet sheet{.name = std::move(name), .heading = {}, .rows = {{}}};
  for (const Column& column : columns) {
    sheet.heading.push_back(column.name);
    sheet.rows.front().push_back(column.value);
  }
  return sheet;
}

// One row a column.
Sheet down(std::string name, std::string first, const Columns& columns) {
  Sheet sheet{.name = std::move(name), .heading = {std::move(first), "Value"}, .rows = {}};
  for (const Column& column : columns) sheet.rows.push_back({column.name, column.value});
  return sheet;
}

// The throughput profile judges no latency of a request.
Sheet qos_metrics(const Run& run, analysis::Profile profile) {
  Sheet sheet{.name = "QoS Metrics",
              .heading = {"Level", "Requests", "P95 (ms)", "P99 (ms)", "SLA Met", "Compliance"},
              .rows = {}};
  const bool judged = profile == analysis::Profile::latency;
  for (const Qos qos : kAllQos) {
    const record::ClassFigures& figures = run.observed.of(qos);
    if (figures.requests.completed == 0) continue;
    Columns times;
    add_quantiles(times, "", figures.end_to_end, 3);
    const std::optional<double> kept = record::share(figures.met_ttft, figures.requests.completed);
    const Value none = std::string("N/A (throughput mode)");
    sheet.rows.push_back({std::string(name_of(qos)), cell(figures.requests.completed),
                          times.at(1).value, times.at(2).value,
                          judged ? Value(kept && *kept >= record::kSlaShare) : none,
                          judged ? cell(kept) : none});
  }
  return sheet;
}

}  // namespace

std::vector<Sheet> spreadsheet_sheets(const Run& run, analysis::Profile profile) {
  const Columns parameters = run_parameters(run, profile);
  const Columns metrics = performance_metrics(run);
  Columns all = parameters;
  append(all, metrics);
  return {across("Summary", all), down("Run Parameters", "Parameter", parameters),
          down("Performance Metrics", "Metric", metrics), qos_metrics(run, profile)};
}

}  // namespace spillway::report
