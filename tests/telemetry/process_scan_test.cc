// SPDX-License-Identifier: Apache-2.0
#include "telemetry/process_scan.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "core/unique_fd.h"
#include "tests/telemetry/fake_tree.h"
#include "tests/text/temporary_directory.h"

namespace spillway::telemetry {
namespace {

namespace fs = std::filesystem;

class ProcessScanTest : public testing::Test {
 protected:
  void add(int pid, const std::string& command, std::uint64_t read, std::uint64_t written) const {
    tree_.put(fmt::format("{}/cmdline", pid), command);
    tree_.put(fmt::format("{}/io", pid),
              fmt::format("rchar: 1\nsyscr: 2\nsyscw: 3\nread_bytes: {}\nwrite_bytes: {}\n", read,
                          written));
  }
  ProcessScan scan(const std::string& pattern) const { return ProcessScan(pattern, tree_.root()); }

  FakeTree tree_;
};

TEST_F(ProcessScanTest, FindsProcessesByTheirCommandLine) {
  add(12, std::string("python\0-m\0dynamo.trtllm\0", 24), 100, 50);
  add(7, "bash", 900, 900);
  tree_.put("self/cmdline", "dynamo.trtllm");
  tree_.put("13/cmdline", "dynamo.trtllm");  // whose counters we may not read
  const record::ProcessSample sample = scan("dynamo\\.trtllm").sample(UtcTime(), 5);
  EXPECT_TRUE(sample.success);
  EXPECT_EQ(sample.selection, "pattern_match");
  ASSERT_EQ(sample.processes.size(), 1U);
  EXPECT_EQ(sample.processes[0].pid, 12);
  EXPECT_EQ(sample.processes[0].command_line, "python -m dynamo.trtllm");
  EXPECT_EQ(sample.processes[0].read_bytes, 100U);
  EXPECT_EQ(sample.processes[0].read_calls, 2U);
  EXPECT_EQ(sample.processes[0].write_calls, 3U);
}

TEST_F(ProcessScanTest, WhereNoneMatchesThoseThatMovedMostStandIn) {
  add(1, "a", 5, 5);
  add(2, "b", 0, 30);
  add(3, "c", 20, 0);
  const record::ProcessSample sample = scan("dynamo").sample(UtcTime(), 2);
  EXPECT_EQ(sample.selection, "top_fallback");
  ASSERT_EQ(sample.processes.size(), 2U);
  EXPECT_EQ(sample.processes[0].pid, 2);
  EXPECT_EQ(sample.processes[1].pid, 3);
}

TEST_F(ProcessScanTest, NoPatternIsNoProcessAndNoDirectoryNoFile) {
  add(3, "c", 20, 0);
  const ProcessScan none = scan("");
  EXPECT_EQ(none.sample(UtcTime(), 2).selection, "top_fallback");
  EXPECT_TRUE(none.worker_io(UtcTime(), std::nullopt).processes.empty());
  const std::vector<std::int64_t> own = {::getpid()};
  EXPECT_TRUE(ProcessScan("").open_files(UtcTime(), own, "").files.empty());
}

TEST_F(ProcessScanTest, IsNoneOfThemItself) {
  add(::getpid(), "dynamo", 1, 1);
  const record::ProcessSample sample = scan("dynamo").sample(UtcTime(), 5);
  EXPECT_FALSE(sample.success);
  EXPECT_TRUE(sample.processes.empty());
}

TEST_F(ProcessScanTest, RefusesAPatternThatIsNone) {
  EXPECT_NE(error_of([&] { scan("("); }).find("\"(\""), std::string::npos);
}

TEST_F(ProcessScanTest, AReadingHasTheGroupOfTheFirstProcess) {
  add(12, "dynamo", 100, 50);
  tree_.put("12/cgroup", "0::/system.slice/docker.scope\n");
  tree_.put("cgroup/system.slice/docker.scope/io.stat",
            "259:0 rbytes=1000 wbytes=20 rios=3 wios=4 dbytes=0 dios=0\n8:0 rbytes=5 wbytes=6\n");
  const record::WorkerIo reading =
      scan("dynamo").worker_io(UtcTime(), std::nullopt, tree_.root() + "/cgroup");
  EXPECT_TRUE(reading.available());
  EXPECT_TRUE(reading.errors.empty());
  EXPECT_TRUE(reading.cgroup.available);
  EXPECT_EQ(reading.cgroup.source, "cgroup_v2_io_stat");
  EXPECT_EQ(reading.cgroup.pid, 12);
  EXPECT_EQ(reading.cgroup.path, "/system.slice/docker.scope");
  EXPECT_EQ(reading.cgroup.read_bytes, 1005U);
  EXPECT_EQ(reading.cgroup.write_bytes, 26U);
  EXPECT_EQ(reading.cgroup.devices.size(), 2U);
}

TEST_F(ProcessScanTest, AReadingWithoutProcessesSaysWhy) {
  const record::WorkerIo reading = scan("dynamo").worker_io(UtcTime(), std::nullopt, "/none");
  EXPECT_FALSE(reading.available());
  EXPECT_EQ(reading.errors.size(), 1U);
  EXPECT_FALSE(reading.cgroup.available);
  EXPECT_FALSE(reading.cgroup.error.empty());
}

TEST_F(ProcessScanTest, OldGroupsHaveTheirBytesInAnotherFile) {
  tree_.put("12/cgroup", "5:cpu:/x\n4:blkio:/docker/abc\n");
  tree_.put("cgroup/blkio/docker/abc/blkio.throttle.io_service_bytes",
            "259:0 Read 70\n259:0 Write 30\n259:0 Sync 1\nTotal 100\n");
  const record::CgroupIo found = cgroup_io(12, tree_.root(), tree_.root() + "/cgroup");
  EXPECT_EQ(found.source, "cgroup_blkio.throttle.io_service_bytes");
  EXPECT_EQ(found.read_bytes, 70U);
  EXPECT_EQ(found.write_bytes, 30U);
  EXPECT_EQ(found.devices.size(), 1U);
  EXPECT_FALSE(cgroup_io(13, tree_.root(), tree_.root()).available) << "no such process";
}

TEST_F(ProcessScanTest, OpenFilesAreThoseBelowTheDirectory) {
  tree_.put("12/fdinfo/3", "pos:\t0\nflags:\t0140000\n");
  tree_.put("12/fdinfo/4", "pos:\t0\nflags:\t0100000\n");
  fs::create_directories(tree_.root() + "/12/fd");
  fs::create_symlink("/cache/a", tree_.root() + "/12/fd/3");
  fs::create_symlink("/cache/b", tree_.root() + "/12/fd/4");
  fs::create_symlink("/cached/c", tree_.root() + "/12/fd/5");
  const std::vector<std::int64_t> pids = {12, 13};
  const record::OpenFilesSample sample = scan("x").open_files(UtcTime(), pids, "/cache");
  EXPECT_TRUE(sample.success);
  ASSERT_EQ(sample.files.size(), 2U);
  EXPECT_EQ(sample.files[0].path, "/cache/a");
  EXPECT_EQ(sample.files[0].direct, (0140000 & O_DIRECT) != 0);
  EXPECT_FALSE(sample.files[1].direct);
  EXPECT_FALSE(scan("x").open_files(UtcTime(), {}, "/cache").success);
}

TEST_F(ProcessScanTest, SeesAFileThatThisProcessHasOpen) {
  const TemporaryDirectory directory;
  const UniqueFd file(::open(directory.write("held", "x").c_str(), O_RDONLY | O_CLOEXEC));
  const std::vector<std::int64_t> pids = {::getpid()};
  const record::OpenFilesSample sample =
      ProcessScan("x").open_files(UtcTime(), pids, fs::canonical(directory.path()).string());
  ASSERT_EQ(sample.files.size(), 1U);
  EXPECT_FALSE(sample.files[0].direct);
}

}  // namespace
}  // namespace spillway::telemetry
