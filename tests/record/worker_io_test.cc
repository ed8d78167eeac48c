// SPDX-License-Identifier: Apache-2.0
#include "record/worker_io.h"

#include <gtest/gtest.h>

namespace spillway::record {
namespace {

ProcessCounters counters(std::int64_t pid, std::uint64_t read, std::uint64_t written) {
  return {.pid = pid, .command_line = "worker", .read_bytes = read, .write_bytes = written};
}

WorkerIo reading(std::vector<ProcessCounters> processes) {
  WorkerIo io;
  io.processes = std::move(processes);
  return io;
}

void add_group(WorkerIo& io, const std::string& path, std::uint64_t read) {
  io.cgroup.available = true;
  io.cgroup.path = path;
  io.cgroup.read_bytes = read;
}

TEST(WorkerIo, AProcessThatIsNewCountsInFull) {
  const WorkerIoDelta delta = worker_io_delta(reading({counters(1, 10, 10)}),
                                              reading({counters(1, 15, 40), counters(2, 100, 0)}));
  EXPECT_EQ(delta.read_bytes, 105U);
  EXPECT_EQ(delta.write_bytes, 30U);
  ASSERT_EQ(delta.processes.size(), 2U);
  EXPECT_EQ(delta.processes[0].pid, 2) << "most bytes first";
  EXPECT_TRUE(delta.available());
}

TEST(WorkerIo, WithoutAFirstReadingNothingIsKnown) {
  const WorkerIoDelta delta = worker_io_delta(reading({}), reading({counters(2, 100, 0)}));
  EXPECT_FALSE(delta.read_bytes);
  EXPECT_TRUE(delta.processes.empty());
  EXPECT_FALSE(process_boundary(delta));
}

TEST(WorkerIo, GroupsAreComparedOnlyWithThemselves) {
  WorkerIo before = reading({counters(1, 0, 0)});
  WorkerIo after = reading({counters(1, 0, 0)});
  EXPECT_FALSE(worker_io_delta(before, after).cgroup_read_bytes) << "missing is not zero";
  add_group(before, "/a", 5);
  add_group(after, "/a", 12);
  EXPECT_EQ(worker_io_delta(before, after).cgroup_read_bytes, 7U);
  EXPECT_EQ(process_boundary(worker_io_delta(before, after))->cgroup_read_bytes, 7U);
  add_group(after, "/b", 12);
  EXPECT_FALSE(worker_io_delta(before, after).cgroup_read_bytes);
}

TEST(WorkerIo, TheDevicesDeltaNeedsBothReadingsAndNeverFalls) {
  const BlockSample before{
      .taken = UtcTime(), .success = true, .read_ios = 5, .read_bytes = 10, .write_bytes = 9};
  const BlockSample after{
      .taken = UtcTime(), .success = true, .read_ios = 7, .read_bytes = 30, .write_bytes = 1};
  const auto delta = block_io_delta(before, after);
  ASSERT_TRUE(delta);
  EXPECT_EQ(delta->read_ios, 2U);
  EXPECT_EQ(delta->read_bytes, 20U);
  EXPECT_EQ(delta->write_bytes, 0U);
  EXPECT_FALSE(block_io_delta(before, BlockSample{.taken = UtcTime()}));
}

}  // namespace
}  // namespace spillway::record
