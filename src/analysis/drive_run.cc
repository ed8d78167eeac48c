// SPDX-License-Identifier: Apache-2.0
#include "analysis/drive_run.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <string_view>
#include <vector>

#include "analysis/client_grade.h"

namespace spillway::analysis {
namespace {

constexpr double kMib = 1024.0 * 1024.0;

const DrivePhaseRun* find_phase(const DriveRun& run, std::string_view name) {
  const auto found = std::ranges::find(run.phases, name, &DrivePhaseRun::name);
  return found == run.phases.end() || !found->ran ? nullptr : &*found;
}

std::optional<double> mib_of(const DrivePhaseRun* phase,
                             std::uint64_t record::BlockIoDelta::* bytes) {
  if (phase == nullptr) return std::nullopt;
  const auto delta = record::block_io_delta(phase->block_before, phase->block_after);
  if (!delta) return std::nullopt;
  return static_cast<double>((*delta).*bytes) / kMib;
}

record::DrivePhaseRecord record_of(const DrivePhaseRun& phase) {
  record::DrivePhaseRecord record;
  record.name = phase.name;
  record.role = phase.role;
  record.start = phase.start;
  record.end = phase.end;
  record.measured = phase.include;
  record.ran = phase.ran;
  record.concurrency = phase.concurrency;
  record.duration_s = phase.duration_s;
  record.counts = phase.sums.counts();
  record.counts.planned = phase.planned;
  record.counts.sent = phase.sent;
  record.counts.dropped = phase.dropped;
  record.counts.unsent = phase.unsent;
  record.counts.late = phase.late;
  record.faults = phase.sums.faults();
  record.latencies = phase.sums.latencies();
  return record;
}

}  // namespace

void DriveRun::invalidate(const std::string& reason, const std::string& detail) {
  if (invalid_reason.empty()) invalid_reason = reason;
  if (!detail.empty()) invalid_details.push_back(detail);
}

DriveOverall overall_of(const DriveRun& run) {
  DriveOverall overall;
  for (const DrivePhaseRun& phase : run.phases) {
    if (!phase.ran || !phase.include) continue;
    overall.sums.merge(phase.sums);
    overall.duration_s += phase.duration_s;
  }
  return overall;
}

std::vector<RoleFigures> role_figures(const DriveRun& run) {
  std::vector<RoleFigures> roles;
  for (const DrivePhaseRun& phase : run.phases) {
    if (!phase.ran) continue;
    auto found = std::ranges::find(roles, phase.role, &RoleFigures::role);
    if (found == roles.end()) {
      roles.push_back({.role = phase.role, .phases = {}, .sums = {}});
      found = std::prev(roles.end());
    }
    const record::KvbmDelta delta = record::kvbm_delta(phase.kvbm_before, phase.kvbm_after);
    found->phases.push_back(phase.name);
    found->sums.sums.merge(phase.sums);
    found->sums.duration_s += phase.duration_s;
    found->onboarded_blocks += delta.onboarded_blocks();
    found->matched_tokens += delta.matched_tokens();
  }
  return roles;
}

std::optional<ReplayPhases> replay_phases(const DriveRun& run) {
  const auto first = [&](std::string_view role) -> std::string_view {
    const auto found = std::ranges::find(run.phases, role, &DrivePhaseRun::role);
    return found == run.phases.end() ? std::string_view() : std::string_view(found->name);
  };
  const std::string_view replay = first("replay");
  if (replay.empty()) return std::nullopt;
  return ReplayPhases{
      .baseline = first("baseline"), .pressure = first("pressure"), .replay = replay};
}

record::DriveRecord record_of(const DriveRun& run) {
  record::DriveRecord record;
  record.run_id = run.run_id;
  record.created = utc_text(run.created);
  record.scenario = run.scenario;
  record.model = run.model_id;
  record.invalid_reason = run.invalid_reason;
  record.invalid_details = run.invalid_details;
  record.doubts = client_doubts(run);
  record.notes = run.notes;
  for (const DrivePhaseRun& phase : run.phases) record.phases.push_back(record_of(phase));
  return record;
}

ServerDelta server_delta_of(const DrivePhaseRun& phase) {
  return server_delta(phase.server_before, phase.server_after);
}

ServerDelta server_delta_of(const DriveRun& run) {
  std::vector<ServerDelta> phases;
  for (const DrivePhaseRun& phase : run.phases) {
    if (phase.ran && phase.include) phases.push_back(server_delta_of(phase));
  }
  return server_delta_of(std::span<const ServerDelta>(phases));
}

PhaseDeltas kvbm_deltas(const DriveRun& run) {
  PhaseDeltas deltas;
  for (const DrivePhaseRun& phase : run.phases) {
    if (phase.ran) deltas[phase.name] = record::kvbm_delta(phase.kvbm_before, phase.kvbm_after);
  }
  return deltas;
}

KvbmSummary kvbm_summary_of(const DriveRun& run) {
  return summarise_kvbm({.scenario = run.scenario,
                         .kv_mode = run.kv.mode,
                         .enabled = run.kv.enabled,
                         .replay = replay_phases(run)},
                        run.kvbm_snapshots, kvbm_deltas(run));
}

std::optional<IoReplaySignal> io_signal_of(const DriveRun& run) {
  const std::optional<ReplayPhases> phases = replay_phases(run);
  if (!phases) return std::nullopt;
  using record::BlockIoDelta;
  return io_replay_signal(
      *phases,
      {.baseline_read_mib = mib_of(find_phase(run, phases->baseline), &BlockIoDelta::read_bytes),
       .pressure_write_mib = mib_of(find_phase(run, phases->pressure), &BlockIoDelta::write_bytes),
       .replay_read_mib = mib_of(find_phase(run, phases->replay), &BlockIoDelta::read_bytes)});
}

}  // namespace spillway::analysis
