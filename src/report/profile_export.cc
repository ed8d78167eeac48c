// SPDX-License-Identifier: Apache-2.0
#include "report/profile_export.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/version.h"
#include "record/json_fields.h"
#include "text/json_writer.h"

namespace spillway::report {
namespace {

using analysis::DriveOverall;
using analysis::DriveRun;
using analysis::ProfileSums;
using record::field;
using record::list;
using record::object;
using record::ProfileMetric;
using text::JsonWriter;

constexpr std::string_view kAiperfSchema = "1.5";

// avg, min, max, p1 to p99 and std, in AIPerf's order.
using Statistics = std::array<std::pair<std::string_view, double>, 13>;

Statistics statistics_of(const stats::Sample& sample) {
  constexpr std::array<std::pair<std::string_view, double>, 9> kPercentiles = {{{"p1", 0.01},
                                                                                {"p5", 0.05},
                                                                                {"p10", 0.10},
                                                                                {"p25", 0.25},
                                                                                {"p50", 0.50},
                                                                                {"p75", 0.75},
                                                                                {"p90", 0.90},
                                                                                {"p95", 0.95},
                                                                                {"p99", 0.99}}};
  Statistics all{{{"avg", sample.mean()}, {"min", sample.min()}, {"max", sample.max()}}};
  for (std::size_t i = 0; i < kPercentiles.size(); ++i) {
    all.at(i + 3) = {kPercentiles.at(i).first, sample.quantile(kPercentiles.at(i).second)};
  }
  all.back() = {"std", sample.deviation()};
  return all;
}

double error_of(const stats::Sample& sample) {
  return sample.exact() ? 0 : analysis::kHistogramError;
}

// Metrics of requests that have a value, with their samples.
template <typename Visit>
void for_each_sample(const ProfileSums& sums, Visit visit) {
  for (std::size_t i = 0; i < record::kProfileMetrics.size(); ++i) {
    const stats::Sample& sample = sums.of(static_cast<record::ProfileMetric>(i));
    if (sample.count() > 0) visit(record::kProfileMetrics.at(i), sample);
  }
}

struct RunMetric {
  std::string_view tag;
  std::string_view title;
  std::string_view unit;
  std::optional<double> value;
};

std::vector<RunMetric> run_metrics(const analysis::PhaseSums& all) {
  const ProfileSums& sums = all.profile();
  const analysis::GoodSums& good = all.good();
  const bool judged = !good.objectives().empty();
  const double seconds = sums.seconds();
  const auto number = [](std::uint64_t count) { return static_cast<double>(count); };
  const auto rate = [&](std::uint64_t count) {
    return seconds > 0 ? std::optional(number(count) / seconds) : std::nullopt;
  };
  const double prompts = sums.of(ProfileMetric::usage_prompt_tokens).sum();
  const double cached = sums.of(ProfileMetric::usage_prompt_cache_read_tokens).sum();
  return {
      {"benchmark_duration", "Benchmark Duration", "sec", seconds},
      {"error_request_count", "Error Request Count", "requests", number(sums.failed())},
      {"good_request_count", "Good Request Count", "requests",
       judged ? std::optional(number(good.good())) : std::nullopt},
      {"good_request_fraction", "Good Request Fraction", "ratio",
       judged && good.total() > 0 ? std::optional(number(good.good()) / number(good.total()))
                                  : std::nullopt},
      {"goodput", "Goodput", "requests/sec", judged ? rate(good.good()) : std::nullopt},
      {"output_token_throughput", "Output Token Throughput", "tokens/sec",
       rate(sums.output_tokens())},
      {"overall_usage_prompt_cache_read_pct", "Overall Usage Prompt Cache Read %", "%",
       prompts > 0 ? std::optional(100 * cached / prompts) : std::nullopt},
      {"request_count", "Request Count", "requests", number(sums.completed())},
      {"request_throughput", "Request Throughput", "requests/sec", rate(sums.completed())},
      {"total_isl", "Total Input Sequence Length", "tokens", number(sums.input_tokens())},
      {"total_osl", "Total Output Sequence Length", "tokens", number(sums.output_tokens())},
      {"total_token_throughput", "Total Token Throughput", "tokens/sec",
       rate(sums.input_tokens() + sums.output_tokens())},
  };
}

void write_metrics(JsonWriter& json, const analysis::PhaseSums& sums) {
  for_each_sample(sums.profile(),
                  [&](const record::ProfileMetricFacts& facts, const stats::Sample& sample) {
                    object(json, facts.tag, [&] {
                      field(json, "unit", facts.unit);
                      for (const auto& [name, value] : statistics_of(sample))
                        field(json, name, value);
                      field(json, "count", sample.count());
                      field(json, "sum", sample.sum());
                      field(json, "quantile_error", error_of(sample));
                    });
                  });
  for (const RunMetric& metric : run_metrics(sums)) {
    if (!metric.value) continue;
    object(json, metric.tag, [&] {
      field(json, "unit", metric.unit);
      field(json, "avg", *metric.value);
    });
  }
}

void write_settings(JsonWriter& json, const record::DriveRecord& record) {
  object(json, "input_config", [&] {
    for (const record::Setting& setting : record.settings) {
      json.key(setting.name);
      record::any_value(json, setting.value);
    }
  });
}

void write_run_info(JsonWriter& json, const record::DriveRecord& record) {
  const auto seed = std::ranges::find(record.settings, "seed", &record::Setting::name);
  object(json, "run_info", [&] {
    field(json, "benchmark_id", record.run_id);
    json.key("random_seed");
    record::any_value(json, seed == record.settings.end() ? record::Value() : seed->value);
    field(json, "trial", 0);
    field(json, "run_label", record.run_id);
  });
}

void write_errors(JsonWriter& json, const DriveOverall& overall) {
  const auto& faults = overall.sums.faults();
  json.key("error_summary").begin_array();
  for (std::size_t i = 1; i < faults.size(); ++i) {
    if (faults.at(i) == 0) continue;
    json.begin_object();
    object(json, "error_details", [&] {
      json.key("code").null();
      field(json, "type", name_of(static_cast<record::CompletionFault>(i)));
      field(json, "message", "the error records of profile_export.jsonl have the texts");
    });
    field(json, "count", faults.at(i));
    json.end_object();
  }
  json.end_array();
}

// From the first phase that counts to the end of the last.
void write_times(JsonWriter& json, const DriveRun& run) {
  std::optional<UtcTime> start;
  std::optional<UtcTime> end;
  for (const analysis::DrivePhaseRun& phase : run.phases) {
    if (!phase.ran || !phase.include) continue;
    start = start.value_or(phase.start);
    end = phase.end;
  }
  field(json, "start_time", start ? std::optional(utc_text(*start)) : std::nullopt);
  field(json, "end_time", end ? std::optional(utc_text(*end)) : std::nullopt);
}

std::string title_of(std::string_view title, std::string_view unit) {
  return unit == "requests" ? std::string(title) : fmt::format("{} ({})", title, unit);
}

void add_rows(const analysis::PhaseSums& sums, std::string& of_requests, std::string& of_run) {
  double error = 0;
  for_each_sample(sums.profile(),
                  [&](const record::ProfileMetricFacts& facts, const stats::Sample& sample) {
                    of_requests += title_of(facts.title, facts.unit);
                    for (const auto& [name, value] : statistics_of(sample)) {
                      of_requests += fmt::format(",{:.2f}", value);
                    }
                    of_requests += "\r\n";
                    error = std::max(error, error_of(sample));
                  });
  for (const RunMetric& metric : run_metrics(sums)) {
    if (!metric.value) continue;
    of_run += fmt::format("{},{:.2f}\r\n", title_of(metric.title, metric.unit), *metric.value);
  }
  of_run += fmt::format("Largest Quantile Error (ratio),{}\r\n", error);
}

}  // namespace

std::string profile_export_json(const DriveRun& run, const record::DriveRecord& record) {
  const DriveOverall overall = analysis::overall_of(run);
  JsonWriter json(text::JsonLayout::pretty);
  json.begin_object();
  field(json, "schema_version", kAiperfSchema);
  field(json, "producer", version_text());
  field(json, "benchmark_id", record.run_id);
  if (run.valid()) write_metrics(json, overall.sums);
  write_settings(json, record);
  write_run_info(json, record);
  field(json, "was_cancelled", record.interrupted);
  write_times(json, run);
  write_errors(json, overall);
  list(json, "runtime_submission_invalid_reasons",
       run.valid() ? std::vector<std::string>() : std::vector{run.invalid_reason},
       [&](const std::string& reason) { json.value(reason); });
  json.end_object();
  return json.text() + "\n";
}

std::string profile_export_csv(const DriveRun& run) {
  std::string of_requests = "Metric,avg,min,max,p1,p5,p10,p25,p50,p75,p90,p95,p99,std\r\n";
  std::string of_run = "Metric,Value\r\n";
  if (run.valid()) add_rows(analysis::overall_of(run).sums, of_requests, of_run);
  return of_requests + "\r\n" + of_run;
}

}  // namespace spillway::report
