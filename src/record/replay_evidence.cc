// SPDX-License-Identifier: Apache-2.0
#include "record/replay_evidence.h"

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "core/utc_time.h"
#include "text/loose_json.h"

namespace spillway::record {
namespace {

using text::JsonValue;
using text::loose_int;
using text::loose_text;
using text::member;

std::string replay_phase(const JsonValue* windows) {
  for (const std::string_view name : {"replay", "replay_A"}) {
    if (member(windows, name) != nullptr) return std::string(name);
  }
  std::string first;
  for (const auto& [name, window] : text::loose_members(windows)) {
    if (name.starts_with("replay") && (first.empty() || name < first)) first = name;
  }
  return first;
}

bool is_moment(const JsonValue* value) { return parse_utc(loose_text(value)).has_value(); }

std::int64_t bytes_in(const JsonValue* object, std::string_view key) {
  return loose_int(member(object, key)).value_or(0);
}

// Between two boundaries, or between two samples where there were no boundaries.
std::int64_t read_bytes_of(const JsonValue* process) {
  const std::int64_t delta = bytes_in(process, "read_bytes_delta");
  return delta > 0 ? delta : bytes_in(process, "read_bytes");
}

std::vector<PidReads> pids_in(const JsonValue* processes) {
  std::vector<PidReads> pids;
  for (const JsonValue& one : text::loose_elements(member(processes, "per_pid"))) {
    pids.push_back({.pid = bytes_in(&one, "pid"), .read_bytes = read_bytes_of(&one)});
  }
  return pids;
}

ReplaySummary summary_in(const JsonValue& json) {
  json.members();  // throws when it is no object
  return {.tier_mode = loose_text(member(&json, "tier_mode")),
          .kv_mode = loose_text(member(member(&json, "kv_mode"), "mode")),
          .io_attribution = text::loose_flag(member(member(&json, "io_attribution"), "enabled"))};
}

ReplayEvidence evidence_in(const JsonValue& json) {
  json.members();  // throws when it is no object
  ReplayEvidence evidence;
  evidence.disk_path = loose_text(member(&json, "kvbm_disk_path"));
  const JsonValue* const files = member(&json, "kvbm_file_io_by_phase");
  evidence.files_available = text::loose_flag(member(files, "available"));
  const JsonValue* const windows = member(&json, "phase_windows");
  evidence.phase = replay_phase(windows);
  if (evidence.phase.empty()) return evidence;
  const JsonValue* const window = member(windows, evidence.phase);
  evidence.window_is_valid = is_moment(member(window, "start")) && is_moment(member(window, "end"));
  const JsonValue* const block = member(member(&json, "block_io_by_phase"), evidence.phase);
  evidence.block_read_bytes = bytes_in(block, "read_bytes");
  const JsonValue* const processes = member(member(&json, "process_io_by_phase"), evidence.phase);
  evidence.process_read_bytes = bytes_in(processes, "read_bytes");
  evidence.cgroup_read_bytes = bytes_in(processes, "cgroup_read_bytes");
  evidence.pids = pids_in(processes);
  evidence.files = text::loose_elements(member(member(files, "phases"), evidence.phase)).size();
  return evidence;
}

template <typename Value>
Found<Value> find(const std::string& path, Value (*read)(const JsonValue&)) {
  if (!std::filesystem::exists(path)) {
    return {.value = {}, .state = FileState::missing, .detail = "missing: " + path};
  }
  try {
    return {.value = read(text::read_json(path)), .state = FileState::read, .detail = path};
  } catch (const Error& error) {
    return {.value = {}, .state = FileState::unreadable, .detail = error.what()};
  }
}

}  // namespace

ReplaySummary parse_replay_summary(std::string_view json, const std::string& source) {
  return summary_in(text::parse_json(json, source));
}

ReplayEvidence parse_replay_evidence(std::string_view json, const std::string& source) {
  return evidence_in(text::parse_json(json, source));
}

Found<ReplaySummary> find_replay_summary(const std::string& path) {
  return find<ReplaySummary>(path, summary_in);
}

Found<ReplayEvidence> find_replay_evidence(const std::string& path) {
  return find<ReplayEvidence>(path, evidence_in);
}

}  // namespace spillway::record
