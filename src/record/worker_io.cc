// SPDX-License-Identifier: Apache-2.0
#include "record/worker_io.h"

#include <algorithm>
#include <tuple>

namespace spillway::record {
namespace {

std::uint64_t moved(std::uint64_t before, std::uint64_t after) {
  return after > before ? after - before : 0;
}

std::vector<ProcessDelta> process_deltas(const WorkerIo& before, const WorkerIo& after) {
  static const ProcessCounters fresh;
  std::vector<ProcessDelta> deltas;
  for (const ProcessCounters& now : after.processes) {
    const auto found = std::ranges::find(before.processes, now.pid, &ProcessCounters::pid);
    const ProcessCounters& base = found == before.processes.end() ? fresh : *found;
    deltas.push_back({.pid = now.pid,
                      .command_line = now.command_line,
                      .read_bytes = moved(base.read_bytes, now.read_bytes),
                      .write_bytes = moved(base.write_bytes, now.write_bytes)});
  }
  std::ranges::sort(deltas, [](const ProcessDelta& a, const ProcessDelta& b) {
    const std::uint64_t total_a = a.read_bytes + a.write_bytes;
    const std::uint64_t total_b = b.read_bytes + b.write_bytes;
    return std::tie(total_b, a.pid) < std::tie(total_a, b.pid);
  });
  return deltas;
}

}  // namespace

std::optional<BlockIoDelta> block_io_delta(const BlockSample& before, const BlockSample& after) {
  if (!before.success || !after.success) return std::nullopt;
  return BlockIoDelta{.before = before,
                      .after = after,
                      .read_ios = moved(before.read_ios, after.read_ios),
                      .write_ios = moved(before.write_ios, after.write_ios),
                      .read_bytes = moved(before.read_bytes, after.read_bytes),
                      .write_bytes = moved(before.write_bytes, after.write_bytes)};
}

WorkerIoDelta worker_io_delta(const WorkerIo& before, const WorkerIo& after) {
  WorkerIoDelta delta;
  delta.before = before;
  delta.after = after;
  if (before.available() && after.available()) {
    delta.processes = process_deltas(before, after);
    delta.read_bytes = 0;
    delta.write_bytes = 0;
    for (const ProcessDelta& one : delta.processes) {
      *delta.read_bytes += one.read_bytes;
      *delta.write_bytes += one.write_bytes;
    }
  }
  if (before.cgroup.available && after.cgroup.available &&
      before.cgroup.path == after.cgroup.path) {
    delta.cgroup_read_bytes = moved(before.cgroup.read_bytes, after.cgroup.read_bytes);
    delta.cgroup_write_bytes = moved(before.cgroup.write_bytes, after.cgroup.write_bytes);
  }
  return delta;
}

std::optional<ProcessBoundaryDelta> process_boundary(const WorkerIoDelta& delta) {
  if (!delta.read_bytes) return std::nullopt;
  return ProcessBoundaryDelta{.read_bytes = *delta.read_bytes,
                              .write_bytes = delta.write_bytes.value_or(0),
                              .cgroup_read_bytes = delta.cgroup_read_bytes,
                              .cgroup_write_bytes = delta.cgroup_write_bytes,
                              .processes = delta.processes};
}

}  // namespace spillway::record
