// ProcessScan: which processes serve, what they have moved, and which files they have open.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "record/io_samples.h"
#include "record/worker_io.h"

namespace spillway::telemetry {

// What open_files() is called in a report: it asks the kernel, not lsof.
inline constexpr const char* kOpenFileMethod = "procfs_open_file_observation";

// Looks through <proc root>/<pid>. Processes that end meanwhile, and those whose counters we may
// not read, are passed over. This process itself is none of them.
class ProcessScan {
 public:
  // `pattern` is a regular expression that is looked for in command lines; an empty one matches no
  // process. Throws Error for one that is none.
  explicit ProcessScan(const std::string& pattern, std::string proc_root = "/proc");
  ~ProcessScan();
  ProcessScan(const ProcessScan&) = delete;
  ProcessScan& operator=(const ProcessScan&) = delete;

  // Those that match; when none does, the `fallback` ones that moved most.
  record::ProcessSample sample(UtcTime now, std::size_t fallback) const;

  // Those that match alone, and the control group of `group_of`, or else of the first of them.
  record::WorkerIo worker_io(UtcTime now, std::optional<std::int64_t> group_of,
                             const std::string& cgroup_root = "/sys/fs/cgroup") const;

  // Regular files below `directory` that these processes have open; none below an empty one.
  record::OpenFilesSample open_files(UtcTime now, std::span<const std::int64_t> pids,
                                     const std::string& directory) const;

 private:
  struct Pattern;  // <regex> is slow to compile
  std::vector<record::ProcessCounters> all() const;
  std::vector<record::ProcessCounters> matching(
      std::vector<record::ProcessCounters> processes) const;

  std::unique_ptr<Pattern> pattern_;
  std::string text_;
  std::string proc_root_;
};

// Counters of the control group that a process is in: version 2, or else 1.
record::CgroupIo cgroup_io(std::int64_t pid, const std::string& proc_root = "/proc",
                           const std::string& cgroup_root = "/sys/fs/cgroup");

}  // namespace spillway::telemetry
