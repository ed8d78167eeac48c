// DriveRun: one run against a serving endpoint, phase by phase, with the evidence around it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/kvbm_summary.h"
#include "analysis/phase_sums.h"
#include "analysis/replay_signal.h"
#include "analysis/request_identity.h"
#include "analysis/server_delta.h"
#include "analysis/ttfc_sanity.h"
#include "analysis/warm_start.h"
#include "core/utc_time.h"
#include "record/directory_churn.h"
#include "record/drive_record.h"
#include "record/kv_mode.h"
#include "record/kvbm.h"
#include "record/server_metric.h"
#include "record/worker_io.h"

namespace spillway::analysis {

// What our client costs on this machine, by its calibration against the null server. Errors: what
// it measured less what the server was set to; they hold the server's own lateness, and the
// network's.
struct ClientFigures {
  double cpu_us_per_request = 0;  // whole answers, at full speed
  double cpu_us_per_text = 0;     // of streams, each text on its own
  double requests_per_s = 0;      // whole answers at full speed, on 32 connections
  double ttft_error_p50_ms = 0;
  double ttft_error_p99_ms = 0;
  double gap_error_p50_ms = 0;
  double gap_error_p99_ms = 0;
};

// What a phase did; of one that did not come about, what was planned.
struct DrivePhaseRun {
  std::string name;
  std::string role;  // warmup, measure, baseline, pressure, replay
  UtcTime start;
  UtcTime end;
  std::uint32_t concurrency = 1;
  std::uint64_t planned = 0;
  bool include = true;  // in the figures of the run
  bool ran = false;
  double duration_s = 0;
  double client_cpu_s = 0;  // of the thread that sends and reads
  std::uint64_t sent = 0;
  std::uint64_t dropped = 0;  // of open loops: too many were in flight
  std::uint64_t unsent = 0;   // the run ended before
  std::uint64_t late = 0;     // sent a millisecond or more after they were due
  PhaseSums sums;
  record::KvbmSnapshot kvbm_before;
  record::KvbmSnapshot kvbm_after;
  record::ServerReading server_before;  // of --server-metrics-url
  record::ServerReading server_after;
  record::BlockSample block_before;
  record::BlockSample block_after;
  record::WorkerIo worker_before;
  record::WorkerIo worker_after;
  // Of the cache directory's files; nothing when it was not looked at, or not all of it was seen.
  std::optional<record::DirectoryChurn> cache_directory;
  std::optional<std::size_t> models_visible;  // asked after 404s and 500s
};

// The four cases of the check of TTFC, and what was made of them.
struct SanityRun {
  std::uint64_t requests = 0;  // of each case
  std::uint32_t concurrency = 1;
  std::uint32_t short_max_tokens = 0;
  std::uint32_t long_max_tokens = 0;
  bool fail_on_error = false;
  SanityInput input;
  SanityVerdict verdict;
};

// A page of metrics as it was when a phase had ended, for --capture-metrics-snapshot.
struct CapturedPage {
  std::string url;
  bool success = false;
  bool skipped = false;  // nobody asked: the mode has no block manager
  std::string error;
  std::string text;
};
struct CapturedPages {
  std::string phase;
  std::string role;
  CapturedPage system;
  CapturedPage kvbm;
};

struct DriveRun {
  std::string run_id;
  UtcTime created;
  std::string scenario;
  std::string model_id;
  std::optional<std::size_t> model_count_end;
  bool stream = false;
  bool record_ttfb = false;
  bool include_usage = false;  // streams asked for the server's counts
  std::optional<double> stream_timeout_s;
  record::KvMode kv;
  std::vector<std::pair<std::string, std::string>> kv_runtime_env;
  std::vector<std::string> variant_tags;
  std::string block_device;
  std::string worker_pattern;
  // The first thing that went wrong; empty for a valid run. Section 7.4 of the harness has them.
  std::string invalid_reason;
  std::vector<std::string> invalid_details;
  std::deque<DrivePhaseRun> phases;
  std::vector<record::KvbmSnapshot> kvbm_snapshots;
  bool allow_missing_kvbm = false;
  RequestIdentity identity;
  CacheAtStart cache;
  std::optional<SanityRun> sanity;
  std::vector<CapturedPages> pages;  // of every phase, when they are captured
  std::optional<ClientFigures> client;
  std::string client_missing;  // why there are none
  std::vector<std::pair<std::string, std::string>> fingerprint;
  std::vector<std::string> notes;

  bool valid() const { return invalid_reason.empty(); }
  // Keeps the first reason, and every detail.
  void invalidate(const std::string& reason, const std::string& detail);
};

// Of several phases, as if they had been one; their lengths add up.
struct DriveOverall {
  PhaseSums sums;
  double duration_s = 0;
};
// Of those that count.
DriveOverall overall_of(const DriveRun& run);

// Of all phases of one role: a replay that was repeated is judged as a whole here.
struct RoleFigures {
  std::string role;
  std::vector<std::string> phases;
  DriveOverall sums;
  double onboarded_blocks = 0;  // by the block manager's counters, clamped as in each phase
  double matched_tokens = 0;
};
// In the order in which roles first ran.
std::vector<RoleFigures> role_figures(const DriveRun& run);

// The phases that a verdict on reuse compares: the first of each role; nothing without a replay.
std::optional<ReplayPhases> replay_phases(const DriveRun& run);

// As far as the run itself knows: not its settings, its plan's hash and where it ran.
record::DriveRecord record_of(const DriveRun& run);

// By the serving stack's own metrics: of a phase that ran, and of all that count.
ServerDelta server_delta_of(const DrivePhaseRun& phase);
ServerDelta server_delta_of(const DriveRun& run);

PhaseDeltas kvbm_deltas(const DriveRun& run);
KvbmSummary kvbm_summary_of(const DriveRun& run);
// By the block device's counters; nothing where the scenario replays nothing.
std::optional<IoReplaySignal> io_signal_of(const DriveRun& run);

}  // namespace spillway::analysis
