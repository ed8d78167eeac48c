// SPDX-License-Identifier: Apache-2.0
#include "report/mlperf_json.h"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <optional>
#include <string_view>

#include "core/error.h"
#include "record/json_fields.h"
#include "record/new_file.h"
#include "report/autoscaling_json.h"
#include "report/mlperf_beside.h"
#include "text/json_writer.h"
#include "text/line_reader.h"

namespace spillway::report {
namespace {

using record::Observations;
using record::ReuseKind;
using record::Run;
using text::JsonWriter;

constexpr double kGiB = 1024.0 * 1024 * 1024;
// Below this many samples the 99.99th percentile is the largest of them.
constexpr std::uint64_t kEnoughFor9999 = 10'000;

using record::field;
using record::object;

double seconds(const stats::Histogram& nanoseconds) {
  return static_cast<double>(nanoseconds.sum()) / 1e9;
}
double ms(const stats::Histogram& nanoseconds, double quantile) {
  return static_cast<double>(nanoseconds.quantile(quantile)) / 1e6;
}
double quotient(double dividend, double divisor) { return divisor > 0 ? dividend / divisor : 0; }
double ratio_of(std::uint64_t part, std::uint64_t whole) {
  return quotient(static_cast<double>(part), static_cast<double>(whole));
}
std::optional<double> p9999(const stats::Histogram& nanoseconds) {
  if (nanoseconds.count() < kEnoughFor9999) return std::nullopt;
  return ms(nanoseconds, 0.9999);
}

struct Percentile {
  std::string_view name;
  double quantile;
};
constexpr std::array<Percentile, 4> kPercentiles = {{{.name = "p50", .quantile = 0.5},
                                                     {.name = "p95", .quantile = 0.95},
                                                     {.name = "p99", .quantile = 0.99},
                                                     {.name = "p999", .quantile = 0.999}}};

void write_latency(JsonWriter& json, std::string_view name, const stats::Histogram& nanoseconds) {
  object(json, name, [&] {
    field(json, "mean", nanoseconds.empty() ? 0 : nanoseconds.mean() / 1e6);
    for (const Percentile& one : kPercentiles) {
      field(json, one.name, ms(nanoseconds, one.quantile));
    }
    field(json, "p9999", p9999(nanoseconds));
  });
}

// Figures of a run that more than one field is made of.
class Figures {
 public:
  Figures(const Run& run, const MlperfOptions& options) : run_(run), options_(options) {}

  void write(JsonWriter& json) const {
    const Observations& seen = run_.observed;
    field(json, "requests_completed", seen.requests.completed);
    field(json, "total_tokens_generated", tokens());
    field(json, "total_storage_io_latency", seconds(seen.completed.tier_time));
    field(json, "total_generation_latency", seconds(seen.entries.generation));
    write_timeline(json);
    field(json, "multi_turn_cache_hits", hits(ReuseKind::history));
    field(json, "multi_turn_cache_misses", misses(ReuseKind::history));
    write_seed(json);
    if (seen.requests.completed > 0) object(json, "summary", [&] { write_summary(json); });
    write_mlperf_beside(json, run_);
  }

 private:
  bool old() const { return options_.dialect == Dialect::n25; }
  std::uint64_t tokens() const { return run_.observed.requests.output_tokens; }
  std::uint64_t hits(ReuseKind kind) const { return run_.observed.entries.hit.at(index_of(kind)); }
  std::uint64_t misses(ReuseKind kind) const {
    return run_.observed.entries.asked.at(index_of(kind)) - hits(kind);
  }
  double per_second(double amount) const { return quotient(amount, run_.window.seconds()); }
  const record::TierCounters& tier(TierId which) const { return run_.observed.tier(which); }

  // Tokens that the storage tier read and wrote, demotions included; 0 when a record is so old that
  // it does not say what a token takes.
  double storage_tokens() const {
    const std::optional<double> token = record::bytes_per_token(run_);
    if (!token) return 0;
    const record::TierCounters& storage = tier(TierId::storage);
    return quotient(static_cast<double>(storage.read.bytes + storage.write.bytes), *token);
  }

  // A point a step of the search for users; empty when their number was fixed.
  void write_timeline(JsonWriter& json) const {
    json.key("throughput_timeline").begin_array();
    if (run_.autoscaling) {
      for (const record::ScalingStep& step : run_.autoscaling->steps) {
        json.begin_object();
        field(json, "timestamp", static_cast<double>(step.end_ns) / 1e9);
        field(json, "throughput_tokens_per_sec", step.tokens_per_s.value);
        json.end_object();
      }
    }
    json.end_array();
  }

  void write_seed(JsonWriter& json) const {
    const record::Setting* const seed = record::find_setting(run_, "seed");
    json.key("seed");
    if (seed != nullptr && std::holds_alternative<std::int64_t>(seed->value)) {
      json.value(std::get<std::int64_t>(seed->value));
    } else {
      json.null();
    }
  }

  void write_summary(JsonWriter& json) const {
    const Observations& seen = run_.observed;
    const double io = seconds(seen.completed.tier_time);
    const auto generated = static_cast<double>(tokens());
    field(json, "total_requests", seen.requests.completed);
    field(json, "total_tokens", tokens());
    field(json, "elapsed_time", run_.window.seconds());
    field(json, "avg_throughput_tokens_per_sec", per_second(generated));
    if (old()) field(json, "total_tokens_per_sec", per_second(generated));
    field(json, "total_storage_io_time", io);
    field(json, "storage_throughput_tokens_per_sec", quotient(generated, io));
    field(json, "storage_tokens_per_second_of_wall_clock", per_second(storage_tokens()));
    field(json, "read_amplification", quotient(storage_tokens(), generated));
    field(json, "requests_per_second", per_second(static_cast<double>(seen.requests.completed)));
    write_latency(json, "end_to_end_latency_ms", seen.completed.end_to_end);
    write_latency(json, "storage_io_latency_ms", seen.completed.tier_time);
    write_latency(json, "generation_latency_ms", seen.entries.generation);
    write_latency(json, "ttft_ms", seen.completed.ttft);
    write_latency(json, "queue_wait_ms", seen.completed.queue_wait);
    object(json, "cache_stats", [&] { write_cache(json); });
    object(json, "qos_metrics", [&] {
      for (const Qos qos : kAllQos) object(json, name_of(qos), [&] { write_class(json, qos); });
    });
    object(json, "prefix_cache_stats", [&] { write_prefix(json); });
    const AutoscalingDialect dialect =
        old() ? AutoscalingDialect::y2025 : AutoscalingDialect::y2026;
    json.key("autoscaling_stats").raw(autoscaling_stats_json(run_, dialect));
    json.key("autoscaling_summary").raw(autoscaling_summary_json(run_));
    object(json, "multi_turn_stats", [&] {
      const std::uint64_t found = hits(ReuseKind::history);
      field(json, "cache_hits", found);
      field(json, "cache_misses", misses(ReuseKind::history));
      field(json, "hit_rate", ratio_of(found, found + misses(ReuseKind::history)));
    });
  }

  void write_cache(JsonWriter& json) const {
    write_hits(json);
    for (const TierId which : kAllTiers) {
      field(json, fmt::format("{}_entries", name_of(which)), tier(which).held_blocks);
      if (old() && which == TierId::storage) field(json, "nvme_entries", tier(which).held_blocks);
    }
    for (const TierId which : {TierId::gpu, TierId::cpu}) {
      field(json, fmt::format("{}_memory_used_gb", name_of(which)),
            static_cast<double>(tier(which).held_bytes) / kGiB);
    }
    write_movements(json);
    object(json, "storage_health", [&] { write_health(json); });
    write_volumes(json);
    for (const TierId which : kAllTiers) write_tier_latencies(json, which);
    write_device_latencies(json, "read", tier(TierId::storage).read);
    write_device_latencies(json, "write", tier(TierId::storage).write);
  }

  // Reuse only; reads that a request makes of its own entry are no reuse. The old formula has them.
  void write_hits(JsonWriter& json) const {
    const record::Reuse& reuse = run_.observed.reuse;
    const record::EntryFigures& entries = run_.observed.entries;
    const std::uint64_t all_hits = reuse.hits() + entries.decode_reads;
    const std::uint64_t all = reuse.blocks_asked + entries.decode_reads + entries.decode_misses;
    const double with_decode = ratio_of(all_hits, all);
    const double reused = ratio_of(reuse.hits(), reuse.blocks_asked);
    field(json, "cache_hit_rate", old() ? with_decode : reused);
    field(json, "cache_hit_rate_reuse", reused);
    field(json, "cache_hit_rate_including_decode_reads", with_decode);
    field(json, "cache_hits", old() ? all_hits : reuse.hits());
    field(json, "cache_misses", old() ? all - all_hits : reuse.blocks_asked - reuse.hits());
    field(json, "system_prompt_hits", hits(ReuseKind::system_prompt));
    field(json, "common_phrase_hits", 0);
    field(json, "user_cache_hits", hits(ReuseKind::retrieval) + (old() ? entries.decode_reads : 0));
    field(json, "multi_turn_hits", hits(ReuseKind::history));
  }

  // What came less what went: what is there at the end, if nothing was there at the beginning.
  void write_movements(JsonWriter& json) const {
    std::uint64_t stores = 0;
    for (const TierId which : kAllTiers) stores += tier(which).stores;
    for (const TierId which : {TierId::cpu, TierId::storage}) {
      field(json, fmt::format("offloads_{}", name_of(which)),
            tier(which).stores + tier(which).demotions_in);
    }
    field(json, "demotions_to_cpu", tier(TierId::cpu).demotions_in);
    field(json, "demotions_to_storage", tier(TierId::storage).demotions_in);
    field(json, "evictions_deleted",
          tier(TierId::storage).evictions + tier(TierId::cpu).evictions +
              tier(TierId::gpu).evictions);
    field(json, "prefill_writes", stores);
    field(json, "decode_reads", run_.observed.entries.decode_reads);
  }

  void write_volumes(JsonWriter& json) const {
    stats::Traffic reads;
    stats::Traffic writes;
    for (const TierId which : kAllTiers) {
      const record::TierCounters& counters = tier(which);
      reads.merge(counters.read);
      writes.merge(counters.write);
      const std::string name = fmt::format("tier_{}", name_of(which));
      const auto read = static_cast<double>(counters.read.bytes) / kGiB;
      const auto written = static_cast<double>(counters.write.bytes) / kGiB;
      field(json, name + "_kv_bytes_written_gb", written);
      field(json, name + "_kv_bytes_read_gb", read);
      field(json, name + "_read_bandwidth_gbps", per_second(read));
      field(json, name + "_write_bandwidth_gbps", per_second(written));
      field(json, name + "_errors", counters.read.failed() + counters.write.failed());
    }
    field(json, "total_read_bytes", reads.bytes);
    field(json, "total_write_bytes", writes.bytes);
    field(json, "total_read_gb", static_cast<double>(reads.bytes) / kGiB);
    field(json, "total_write_gb", static_cast<double>(writes.bytes) / kGiB);
    field(json, "read_write_ratio",
          static_cast<double>(reads.bytes) /
              static_cast<double>(std::max<std::uint64_t>(writes.bytes, 1)));
    write_operations(json, "read", reads.operations);
    write_operations(json, "write", writes.operations);
    field(json, "storage_tokens_processed", storage_tokens());
    if (!old()) return;
    field(json, "nvme_tokens_processed", storage_tokens());
    field(json, "nvme_throughput", per_second(storage_tokens()));
    field(json, "prefill_bytes_written_gb", static_cast<double>(writes.bytes) / kGiB);
    field(json, "decode_bytes_read_gb", static_cast<double>(reads.bytes) / kGiB);
  }

  // The old "iops" are counts.
  void write_operations(JsonWriter& json, std::string_view direction, std::uint64_t count) const {
    const double rate = per_second(static_cast<double>(count));
    field(json, fmt::format("{}_iops", direction), old() ? static_cast<double>(count) : rate);
    field(json, fmt::format("{}_operations", direction), count);
    field(json, fmt::format("{}_operations_per_second", direction), rate);
  }

  void write_tier_latencies(JsonWriter& json, TierId which) const {
    write_percentiles(json, fmt::format("{}_read", name_of(which)), tier(which).read.latency);
    write_percentiles(json, fmt::format("{}_write", name_of(which)), tier(which).write.latency);
    if (!old() || which != TierId::storage) return;
    const auto p95 = [&](std::string_view name, const stats::Histogram& latency) {
      if (!latency.empty()) field(json, name, ms(latency, 0.95));
    };
    p95("nvme_read_p95_ms", tier(which).read.latency);
    p95("nvme_write_p95_ms", tier(which).write.latency);
  }

  // The host's part is the wait in our own queue, the device's all from the first byte's hand-over.
  static void write_device_latencies(JsonWriter& json, std::string_view direction,
                                     const stats::Traffic& traffic) {
    write_percentiles(json, fmt::format("storage_{}_device", direction), traffic.moving);
    write_percentiles(json, fmt::format("storage_{}_host", direction), traffic.waiting);
  }

  static void write_percentiles(JsonWriter& json, const std::string& name,
                                const stats::Histogram& latency) {
    if (latency.empty()) return;
    for (const Percentile& one : kPercentiles) {
      field(json, fmt::format("{}_{}_ms", name, one.name), ms(latency, one.quantile));
    }
    field(json, name + "_p9999_ms", p9999(latency));
    field(json, name + "_samples", latency.count());
  }

  void write_health(JsonWriter& json) const {
    const analysis::Assessment assessment = analysis::assess(run_, options_.profile);
    field(json, "overall_status", name_of(assessment.outcome()));
    json.key("criteria").begin_array();
    for (const analysis::Criterion& criterion : assessment.criteria) {
      json.begin_object();
      field(json, "name", criterion.name);
      field(json, "target", criterion.target);
      field(json, "actual", criterion.actual);
      field(json, "unit", criterion.unit);
      field(json, "passed", criterion.passed);
      field(json, "samples", criterion.samples);
      json.end_object();
    }
    json.end_array();
    field(json, "passed_count", assessment.passed());
    field(json, "total_count", assessment.criteria.size());
  }

  // By the time to first token; the old formula takes the time to the last token.
  void write_class(JsonWriter& json, Qos qos) const {
    const record::ClassFigures& figures = run_.observed.of(qos);
    const record::QosTarget& target = run_.observed.targets.at(index_of(qos));
    if (figures.requests.offered == 0) {
      field(json, "no_data", true);
      return;
    }
    const stats::Histogram& judged = old() ? figures.end_to_end : figures.ttft;
    const double by_ttft = ratio_of(figures.met_ttft, figures.requests.completed);
    const double compliance = old() ? share_within(judged, target.ttft_ns) : by_ttft;
    field(json, "total_requests", figures.requests.completed);
    object(json, "latency_ms", [&] {
      field(json, "mean", figures.end_to_end.empty() ? 0 : figures.end_to_end.mean() / 1e6);
      for (const Percentile& one : kPercentiles) {
        if (one.quantile < 0.999) field(json, one.name, ms(figures.end_to_end, one.quantile));
      }
      field(json, "max", static_cast<double>(figures.end_to_end.max()) / 1e6);
    });
    object(json, "sla", [&] {
      field(json, "target_p95_ms", static_cast<double>(target.ttft_ns) / 1e6);
      field(json, "actual_p95_ms", ms(judged, 0.95));
      field(json, "compliance", compliance);
      field(json, "met", compliance >= record::kSlaShare);
    });
    object(json, "sla_by_storage_time", [&] {
      const double within = ratio_of(figures.met_tier_time, figures.requests.completed);
      field(json, "target_p95_ms", static_cast<double>(target.tier_time_ns) / 1e6);
      field(json, "actual_p95_ms", ms(figures.tier_time, 0.95));
      field(json, "compliance", within);
      field(json, "met", within >= record::kSlaShare);
    });
    field(json, "offered", figures.requests.offered);
    field(json, "admitted", figures.admitted);
    field(json, "abandoned", figures.requests.abandoned);
    field(json, "goodput_requests_per_second", per_second(static_cast<double>(figures.met_ttft)));
  }

  // No request is no violation.
  static double share_within(const stats::Histogram& nanoseconds, std::int64_t limit) {
    if (nanoseconds.empty()) return 1;
    std::uint64_t within = 0;
    nanoseconds.for_each_bucket([&](std::int64_t, std::int64_t highest, std::uint64_t count) {
      if (highest <= limit) within += count;
    });
    return ratio_of(within, nanoseconds.count());
  }

  void write_prefix(JsonWriter& json) const {
    const auto system = index_of(ReuseKind::system_prompt);
    const record::Value* const token = record::find_fact(run_, record::fact::kBytesPerToken);
    field(json, "prefix_hits", hits(ReuseKind::system_prompt));
    field(json, "prefix_misses", misses(ReuseKind::system_prompt));
    field(json, "system_prompt_reuse", run_.observed.entries.asked.at(system));
    field(json, "common_phrase_reuse", 0);
    json.key("bytes_saved");
    if (token != nullptr && std::holds_alternative<std::int64_t>(*token)) {
      json.value(run_.observed.entries.tokens_hit.at(system) *
                 static_cast<std::uint64_t>(std::get<std::int64_t>(*token)));
    } else {
      json.null();
    }
  }

  const Run& run_;
  const MlperfOptions& options_;
};

// A number of a line that record::to_json_line() wrote; nothing when it is null or not there.
std::optional<std::int64_t> number_after(std::string_view line, std::string_view key) {
  const std::size_t found = line.find(key);
  if (found == std::string_view::npos) return std::nullopt;
  const std::string_view rest = line.substr(found + key.size());
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc()) return std::nullopt;
  return number;
}

// Which figure of a request a list holds: a length, or the time between two stamps.
struct LatencyList {
  std::string_view name;
  std::string_view key;
  std::string_view since;  // empty: `key` is a length already
};
constexpr std::array<LatencyList, 5> kLists = {
    {{.name = "end_to_end_latencies", .key = "\"done_ns\":", .since = "\"due_ns\":"},
     {.name = "storage_latencies", .key = "\"tier_time_ns\":", .since = ""},
     {.name = "generation_latencies", .key = "\"generation_ns\":", .since = ""},
     {.name = "prefill_latencies", .key = "\"entry_write_ns\":", .since = ""},
     {.name = "decode_latencies", .key = "\"decode_read_ns\":", .since = ""}}};

bool is_measured(std::string_view line) {
  return line.find(R"("status":"completed")") != std::string_view::npos &&
         line.find(R"("warm_up":false)") != std::string_view::npos;
}

void write_list(record::NewFile& file, const LatencyList& list, const std::string& rows) {
  file.write(fmt::format(",\n  \"{}\": [", list.name));
  text::LineReader reader(rows);
  bool first = true;
  while (const std::optional<text::Line> line = reader.next()) {
    if (!is_measured(line->text)) continue;
    const std::optional<std::int64_t> end = number_after(line->text, list.key);
    const std::optional<std::int64_t> start =
        list.since.empty() ? std::optional<std::int64_t>(0) : number_after(line->text, list.since);
    if (!end || !start) continue;
    file.write(
        fmt::format("{}{:.9g}", first ? "" : ", ", static_cast<double>(*end - *start) / 1e9));
    first = false;
  }
  file.write("]");
}

}  // namespace

std::string mlperf_summary(const Run& run, const MlperfOptions& options) {
  JsonWriter json(text::JsonLayout::pretty);
  json.begin_object();
  Figures(run, options).write(json);
  json.end_object();
  return json.text();
}

void write_mlperf_json(const Run& run, const MlperfOptions& options, const std::string& rows,
                       const std::string& output) {
  std::string summary = mlperf_summary(run, options);
  constexpr std::string_view kEnd = "\n}";
  check(summary.ends_with(kEnd), "the summary is an object");
  summary.resize(summary.size() - kEnd.size());  // open again, for the lists
  record::NewFile file(output);
  file.write(summary);
  if (options.latency_lists) {
    for (const LatencyList& list : kLists) write_list(file, list, rows);
  }
  file.write("\n}\n");
  file.keep();
}

}  // namespace spillway::report
