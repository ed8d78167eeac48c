// SPDX-License-Identifier: Apache-2.0
#include "telemetry/host_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "core/error.h"
#include "tests/telemetry/fake_tree.h"

namespace spillway::telemetry {
namespace {

class HostReaderTest : public testing::Test {
 protected:
  HostReaderOptions options() const {
    HostReaderOptions options;
    options.root = tree_.root();
    options.gpu_library = "libthere-is-none.so.1";
    return options;
  }
  record::HostSample read() const { return HostReader(options()).read(UtcTime()); }

  FakeTree tree_;
};

TEST_F(HostReaderTest, FindsNothingInAnEmptyTree) {
  HostReaderOptions all = options();
  all.pattern = "serve";
  all.group_of = 100;
  const record::HostSample sample = HostReader(all).read(UtcTime());
  EXPECT_FALSE(sample.block);
  EXPECT_FALSE(sample.cpu.user);
  EXPECT_TRUE(sample.memory_kib.empty());
  EXPECT_TRUE(sample.paging.empty());
  EXPECT_FALSE(sample.pressure[0].some.avg10_percent);
  EXPECT_FALSE(sample.group.read_bytes);
  EXPECT_FALSE(sample.group.memory_bytes);
  EXPECT_FALSE(sample.gpu.memory_bytes);
  EXPECT_FALSE(sample.processes);
}

TEST_F(HostReaderTest, ReadsAllDrivesOrOneDeviceAndPassesOverBrokenFigures) {
  tree_.put("sys/block/nvme0n1/stat", "  1 20 3 4 5 60 7 8 9 10 11 0 0\n");
  tree_.put("sys/block/sda/stat", "1 2 three\n");
  tree_.put("sys/class/block/nvme0n1p2/stat", "1 0 0 0 0 0 0 0 0 0 0\n");
  const record::HostBlock drive = {.device = "nvme0n1",
                                   .reads = 1,
                                   .read_bytes = 1536,
                                   .read_ms = 4,
                                   .writes = 5,
                                   .write_bytes = 3584,
                                   .write_ms = 8,
                                   .in_flight = 9,
                                   .busy_ms = 10,
                                   .queue_ms = 11};
  EXPECT_EQ(read().block, std::vector{drive});
  HostReaderOptions one = options();
  one.device = "nvme0n1p2";
  const record::HostSample partition = HostReader(one).read(UtcTime());
  ASSERT_EQ(partition.block.value().size(), 1U);
  EXPECT_EQ(partition.block.value()[0].device, "nvme0n1p2");
  one.device = "sda";
  EXPECT_FALSE(HostReader(one).read(UtcTime()).block);
}

TEST_F(HostReaderTest, SharesProcessorTimeBetweenTwoSamples) {
  HostReader reader(options());
  tree_.put("proc/stat", "cpu  100 10 50 800 40 5 5 0 7 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n");
  EXPECT_FALSE(reader.read(UtcTime()).cpu.user);
  tree_.put("proc/stat", "cpu  120 20 60 830 60 10 5 5 7 0\n");
  const record::CpuShares shares = reader.read(UtcTime()).cpu;
  EXPECT_DOUBLE_EQ(shares.user.value(), 0.3);     // 20 + 10 of 100 ticks
  EXPECT_DOUBLE_EQ(shares.system.value(), 0.15);  // 10 + 5 + 0
  EXPECT_DOUBLE_EQ(shares.iowait.value(), 0.2);
  tree_.put("proc/stat", "cpu  220 20 60 830 50 10 5 5 7 0\n");
  const record::CpuShares fallen = reader.read(UtcTime()).cpu;
  EXPECT_TRUE(fallen.user);
  EXPECT_FALSE(fallen.iowait) << "it fell";
  EXPECT_FALSE(reader.read(UtcTime()).cpu.user) << "no time passed";
  tree_.put("proc/stat", "cpu  1 2\n");
  EXPECT_FALSE(reader.read(UtcTime()).cpu.user);
}

TEST_F(HostReaderTest, ReadsMemoryPagingAndPressure) {
  tree_.put("proc/meminfo", "MemAvailable: 90 kB\nSwapCached: 1 kB\nCached: 40 kB\nDirty: x kB\n");
  tree_.put("proc/vmstat", "pgpgin 11\npgpgout 22\npgmajfault 4\n");
  tree_.put("proc/pressure/io",
            "some avg10=1.50 avg60=0.20 avg300=0.10 total=777\n"
            "full avg10=0.25 avg60=0.00 avg300=0.00 total=55\n");
  tree_.put("proc/pressure/cpu", "some avg10=none total=\n");
  const record::HostSample sample = read();
  EXPECT_EQ(sample.memory_kib,
            (record::HostSample::Figures{{"Cached", 40}, {"MemAvailable", 90}, {"SwapCached", 1}}));
  EXPECT_EQ(sample.paging,
            (record::HostSample::Figures{{"pgmajfault", 4}, {"pgpgin", 11}, {"pgpgout", 22}}));
  EXPECT_EQ(sample.pressure[1].some.avg10_percent, 1.5);
  EXPECT_EQ(sample.pressure[1].some.total_us, 777U);
  EXPECT_EQ(sample.pressure[1].full.avg10_percent, 0.25);
  EXPECT_EQ(sample.pressure[1].full.total_us, 55U);
  EXPECT_FALSE(sample.pressure[0].some.avg10_percent);
  EXPECT_FALSE(sample.pressure[0].some.total_us);
  EXPECT_FALSE(sample.pressure[2].full.total_us);
}

TEST_F(HostReaderTest, ReadsTheControlGroupOfAProcess) {
  tree_.put("proc/100/cgroup", "0::/serving\n");
  tree_.put("sys/fs/cgroup/serving/io.stat", "259:0 rbytes=5 wbytes=6 rios=1 wios=1\n");
  HostReaderOptions grouped = options();
  grouped.group_of = 100;
  HostReader reader(grouped);
  EXPECT_FALSE(reader.read(UtcTime()).group.memory_bytes);
  tree_.put("sys/fs/cgroup/serving/memory.current", "4096\n");
  const record::GroupFigures group = reader.read(UtcTime()).group;
  EXPECT_EQ(group.read_bytes, 5U);
  EXPECT_EQ(group.write_bytes, 6U);
  EXPECT_EQ(group.memory_bytes, 4096U);
  EXPECT_FALSE(read().group.read_bytes) << "no process was named";
}

TEST_F(HostReaderTest, HasTheProcessesThatMatchAndNoOthers) {
  tree_.put("proc/100/cmdline", std::string("serve\0--model", 13));
  tree_.put("proc/100/io", "syscr: 5\nsyscw: 6\nread_bytes: 7\nwrite_bytes: 8\n");
  tree_.put("proc/101/cmdline", "other");
  tree_.put("proc/101/io", "syscr: 5\nsyscw: 6\nread_bytes: 70\nwrite_bytes: 80\n");
  HostReaderOptions matching = options();
  matching.pattern = "serve";
  const record::HostSample sample = HostReader(matching).read(UtcTime());
  ASSERT_EQ(sample.processes.value().size(), 1U);
  EXPECT_EQ(sample.processes.value()[0].read_bytes, 7U);
  matching.pattern = "nobody";
  EXPECT_FALSE(HostReader(matching).read(UtcTime()).processes);
  matching.pattern = "(";
  EXPECT_THROW(HostReader reader(matching), Error);
}

TEST_F(HostReaderTest, HasTheMemoryOfTheGraphicsCard) {
  HostReaderOptions carded = options();
  carded.gpu_library = SPILLWAY_FAKE_NVML;
  const record::GpuFigures gpu = HostReader(carded).read(UtcTime()).gpu;
  EXPECT_EQ(gpu.memory_bytes, std::uint64_t{24} << 30U);
  EXPECT_EQ(gpu.memory_used_bytes, 2U);
}

}  // namespace
}  // namespace spillway::telemetry
