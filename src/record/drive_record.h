// DriveRecord: the result of one run against a serving endpoint as a value; record.json of
// `spillway drive`. What can be counted and merged stands in it; quantiles follow from the
// histograms. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/utc_time.h"
#include "record/completion_fault.h"
#include "record/run.h"
#include "stats/histogram.h"

namespace spillway::record {

// The number rises when a key changes its meaning or goes; new keys do not raise it.
inline constexpr std::string_view kDriveSchema = "spillway.drive-record/1";

// Nanoseconds. Of requests that succeeded, but for `send_delay` (all that were sent) and `failed`
// (the others, from sending to the failure).
struct DriveLatencies {
  stats::Histogram latency;           // done - sent
  stats::Histogram latency_from_due;  // done - due: when the schedule wanted it sent
  stats::Histogram send_delay;        // sent - due
  stats::Histogram ttft;              // of streams: first text - sent
  stats::Histogram ttft_from_due;     // likewise: first text - due
  stats::Histogram itl;               // likewise: every gap between two arrivals of text
  stats::Histogram tpot;              // likewise: (last text - first text) / (texts - 1)
  stats::Histogram failed;

  void merge(const DriveLatencies& other);
};

// Calls visit(name, histogram) for each, in the order they are written.
template <typename Latencies, typename Visit>
void for_each_latency(Latencies& latencies, Visit visit) {
  visit("latency", latencies.latency);
  visit("latency_from_due", latencies.latency_from_due);
  visit("send_delay", latencies.send_delay);
  visit("ttft", latencies.ttft);
  visit("ttft_from_due", latencies.ttft_from_due);
  visit("itl", latencies.itl);
  visit("tpot", latencies.tpot);
  visit("failed", latencies.failed);
}

struct DriveCounts {
  std::uint64_t planned = 0;
  std::uint64_t sent = 0;
  std::uint64_t dropped = 0;  // of open loops: too many were in flight
  std::uint64_t unsent = 0;   // the run ended before
  std::uint64_t late = 0;     // sent a millisecond or more after they were due
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t texts = 0;  // arrivals of text, whatever became of the request
  // Tokens by our tokenizer: of all prompts, of the texts of answers.
  std::uint64_t input_tokens_est = 0;
  std::uint64_t output_tokens_est = 0;
  // Tokens by the server's, of answers that succeeded, and how many of these had any.
  std::uint64_t prompt_tokens = 0;
  std::uint64_t completion_tokens = 0;
  std::uint64_t cached_tokens = 0;
  std::uint64_t answers_with_usage = 0;
};

// Calls visit(name, count) for each, in the order they are written.
template <typename Counts, typename Visit>
void for_each_count(Counts& counts, Visit visit) {
  visit("planned", counts.planned);
  visit("sent", counts.sent);
  visit("dropped", counts.dropped);
  visit("unsent", counts.unsent);
  visit("late", counts.late);
  visit("completed", counts.completed);
  visit("failed", counts.failed);
  visit("texts", counts.texts);
  visit("input_tokens_est", counts.input_tokens_est);
  visit("output_tokens_est", counts.output_tokens_est);
  visit("prompt_tokens", counts.prompt_tokens);
  visit("completion_tokens", counts.completion_tokens);
  visit("cached_tokens", counts.cached_tokens);
  visit("answers_with_usage", counts.answers_with_usage);
}

struct DrivePhaseRecord {
  std::string name;
  std::string role;      // warmup, measure, baseline, pressure, replay
  bool measured = true;  // in the figures of the run
  bool ran = false;
  UtcTime start;
  UtcTime end;
  std::uint64_t concurrency = 1;
  double duration_s = 0;
  DriveCounts counts;
  std::array<std::uint64_t, kCompletionFaults> faults{};  // by class; [none] are the completed
  DriveLatencies latencies;

  // Counts, faults, histograms and lengths add up; the rest stays.
  void merge(const DrivePhaseRecord& other);
};

struct DriveRecord {
  std::string run_id;
  std::string created;  // wall-clock, UTC, ISO 8601
  std::string scenario;
  std::string model;
  std::string plan_hash;  // SHA-256 of request_manifest.jsonl
  std::vector<Setting> settings;
  std::vector<Fact> environment;
  std::string invalid_reason;  // empty for a valid run
  std::vector<std::string> invalid_details;
  std::vector<std::string> doubts;  // why the client may have been the limit; empty: it was not
  bool interrupted = false;
  std::vector<std::string> notes;
  std::vector<DrivePhaseRecord> phases;

  bool valid() const { return invalid_reason.empty(); }
};

// The phases that ran and are measured, as if they had been one.
DrivePhaseRecord measured_of(const DriveRecord& record);

}  // namespace spillway::record
