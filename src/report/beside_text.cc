// SPDX-License-Identifier: Apache-2.0
#include "report/beside_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "core/size_text.h"
#include "report/number_text.h"
#include "report/table.h"

namespace spillway::report {
namespace {

using record::DeviceLatency;
using stats::Bucket;
using stats::BucketHistogram;

constexpr double kHotShare = 0.01;  // of the accesses, in a zone of 10 GiB

std::string bound_text(const Bucket* bucket) {
  if (bucket == nullptr) return kMissing;
  return bucket->low == Bucket::kNoLow ? "below" : std::to_string(bucket->low);
}

// Places on the device say nothing as percentiles.
bool is_a_place(std::string_view name) { return name.starts_with("lba_"); }

std::string histograms(const DeviceLatency& traced) {
  Table table({"", "samples", "p50", "p95", "p99"});
  for (const auto& [name, one] : traced) {
    if (is_a_place(name)) continue;
    table.add({name, count_text(one.histogram.total()), bound_text(one.histogram.percentile(50)),
               bound_text(one.histogram.percentile(95)), bound_text(one.histogram.percentile(99))});
  }
  return table.empty() ? "" : table.text();
}

std::string hot_zones(std::string_view name, const BucketHistogram& histogram) {
  const auto total = static_cast<double>(histogram.total());
  std::string text;
  for (const Bucket& zone : histogram.buckets) {
    const double share = static_cast<double>(zone.count) / std::max(total, 1.0);
    if (share <= kHotShare) continue;
    text += fmt::format("{}from {} GiB on: {:.0f} %", text.empty() ? "" : ", ",
                        std::max<std::int64_t>(zone.low, 0), share * 100);
  }
  return text.empty() ? "" : labelled_text(name, text);
}

}  // namespace

std::string precondition_text(const record::Run& run) {
  if (!run.precondition) return "";
  const record::Precondition& done = *run.precondition;
  const double seconds = static_cast<double>(done.elapsed_ns) / 1e9;
  std::string text = fmt::format("{} of {} written in {} s", size_text(Bytes(done.bytes)),
                                 size_text(Bytes(done.target_bytes)), number_text(seconds));
  if (seconds > 0) {
    text += fmt::format(", {} GB/s", number_text(static_cast<double>(done.bytes) / 1e9 / seconds));
  }
  if (done.failed > 0) text += fmt::format("; {} writes FAILED", count_text(done.failed));
  return labelled_text("storage", text + "; in no other figure");
}

std::string io_trace_text(const record::Run& run) {
  if (!run.io_trace) return "";
  const record::TraceFile& trace = *run.io_trace;
  std::string text =
      labelled_text("file", fmt::format("{}, {} rows{}", trace.path, count_text(trace.rows),
                                        trace.extra_columns ? " with causes and deletions" : ""));
  if (!trace.error.empty()) {
    text += labelled_text("FAILED",
                          fmt::format("{}; {} rows lost", trace.error, count_text(trace.lost)));
  }
  return text;
}

std::string device_latency_text(const record::Run& run) {
  if (!run.latency_tracing) return "";
  const record::LatencyTracing& tracing = *run.latency_tracing;
  std::string text;
  if (!tracing.reason.empty()) text += labelled_text("missing", tracing.reason);
  text += histograms(tracing.histograms);
  for (const auto& [name, one] : tracing.histograms) {
    if (is_a_place(name)) text += hot_zones(name, one.histogram);
  }
  if (!tracing.histograms.empty()) {
    text += "  lower bounds of buckets, in the unit that the name ends in, warm-up included\n";
  }
  if (!tracing.fio_job.empty()) text += labelled_text("fio job", tracing.fio_job);
  return text;
}

std::string trace_validation_text(const record::Run& run) {
  if (!run.validation) return "";
  const record::Validation& validation = *run.validation;
  return labelled_text(
      "hit ratio",
      fmt::format("{} here, {} in {} ({} requests): {}", percent_text(validation.hit_ratio),
                  percent_text(validation.trace_hit_ratio), validation.trace,
                  count_text(validation.requests), validation.passed ? "PASS" : "FAIL"));
}

}  // namespace spillway::report
