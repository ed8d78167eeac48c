// ReplayEvidence: what a run's files tell about who read what while its prompts were replayed. The
// files are summary.json and io/io_attribution_report.json of a serving run, ours or those of the
// harness of scripts that had this layout first.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::record {

// A key that is missing or of another type leaves the default.
struct ReplaySummary {
  std::string tier_mode;  // B0, B1, B2
  std::string kv_mode;    // off, cpu_only, cpu_disk
  bool io_attribution = false;
};

struct PidReads {
  std::int64_t pid = 0;
  std::int64_t read_bytes = 0;
};

// Bytes that are missing, or no number, are 0: what is not shown is no evidence.
struct ReplayEvidence {
  std::string phase;             // that replays; empty: none
  bool window_is_valid = false;  // its start and its end are moments
  std::int64_t block_read_bytes = 0;
  std::int64_t process_read_bytes = 0;
  std::int64_t cgroup_read_bytes = 0;
  std::vector<PidReads> pids;  // as they are listed
  std::string disk_path;
  bool files_available = false;
  std::size_t files = 0;  // seen open during the replay
};

// Both throw Error for a text that is not a JSON object.
ReplaySummary parse_replay_summary(std::string_view json, const std::string& source);
// The phase is `replay`, else `replay_A`, else the first by name that begins with `replay`.
ReplayEvidence parse_replay_evidence(std::string_view json, const std::string& source);

enum class FileState : std::uint8_t { read, missing, unreadable };

// What a file held; a value of defaults when it could not be read.
template <typename Value>
struct Found {
  Value value;
  FileState state = FileState::missing;
  std::string detail;  // the path, or what was wrong
};

Found<ReplaySummary> find_replay_summary(const std::string& path);
Found<ReplayEvidence> find_replay_evidence(const std::string& path);

}  // namespace spillway::record
