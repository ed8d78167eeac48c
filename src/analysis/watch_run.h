// WatchRun: what the collectors saw around a workload of somebody else's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/utc_time.h"
#include "record/directory_churn.h"
#include "record/host_sample.h"
#include "record/io_samples.h"
#include "record/memory_snapshot.h"
#include "record/server_metric.h"
#include "record/worker_io.h"

namespace spillway::analysis {

// One moment; what could not be read says so.
struct WatchReading {
  UtcTime taken;
  record::BlockSample block;
  record::WorkerIo worker;
  record::MemorySnapshot memory;  // of /proc/meminfo
  record::MemorySnapshot paging;  // of /proc/vmstat
  record::ServerReading server;
};

// Between two readings, the later of which begins the next window.
struct WatchWindow {
  std::string label;
  WatchReading before;
  WatchReading after;
  std::optional<record::DirectoryChurn> cache_directory;
};

// Bytes that a command, with the processes that it has waited for, moved to and from storage
// (/proc/<pid>/io); our own writes meanwhile are in them.
struct CommandIo {
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;
};

struct WatchRun {
  UtcTime created;
  UtcTime ended;
  std::vector<std::string> command;  // empty: nobody's, it was started and stopped
  std::string ending;                // "status 0", "signal 9", "stopped"; empty while it runs
  std::optional<CommandIo> command_io;
  std::string block_device;
  std::string worker_pattern;
  std::string cache_directory;
  std::string server_metrics_url;
  std::vector<WatchWindow> windows;
  std::optional<record::SampleCadence> cadence;  // of telemetry/host.jsonl
  std::vector<std::string> warnings;
};

}  // namespace spillway::analysis
