// SPDX-License-Identifier: Apache-2.0
#include "telemetry/io_sampler.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.h"
#include "tests/telemetry/fake_tree.h"

namespace spillway::telemetry {
namespace {

// A machine with one drive and one serving process.
class IoSamplerTest : public testing::Test {
 protected:
  IoSamplerTest() {
    tree_.put("sys/block/nvme0n1/stat", "1 0 2 0 3 0 4 0 0 0 0\n");
    tree_.put("proc/100/cmdline", std::string("serve\0--model", 13));
    tree_.put("proc/100/io", "syscr: 5\nsyscw: 6\nread_bytes: 7\nwrite_bytes: 8\n");
    tree_.put("proc/meminfo", "Cached: 10 kB\nDirty: 1 kB\n");
    tree_.put("proc/vmstat", "pgfault 3\n");
  }

  IoSamplerOptions options() const {
    IoSamplerOptions options;
    options.pattern = "serve";
    options.interval = std::chrono::hours(1);
    options.proc_root = tree_.root() + "/proc";
    options.sys_root = tree_.root() + "/sys";
    return options;
  }

  FakeTree tree_;
};

TEST_F(IoSamplerTest, SamplesAtTheStartAtEachMarkAndAtTheEnd) {
  IoSampler sampler(options());
  tree_.put("sys/block/nvme0n1/stat", "1 0 10 0 3 0 4 0 0 0 0\n");
  sampler.mark({.label = "phase_start", .phase = "replay", .boundary = "start"});
  const record::IoSamples samples = sampler.finish();
  ASSERT_EQ(samples.block.size(), 3U);
  EXPECT_EQ(samples.block[0].read_bytes, 1024U);
  EXPECT_EQ(samples.block[1].read_bytes, 5120U);
  ASSERT_EQ(samples.processes.size(), 3U);
  EXPECT_EQ(samples.processes[2].processes.at(0).read_bytes, 7U);
  ASSERT_EQ(samples.meminfo.size(), 3U);
  EXPECT_EQ(samples.meminfo[0].at.label, "run_start");
  EXPECT_EQ(samples.meminfo[1].at.phase, "replay");
  EXPECT_EQ(samples.meminfo[2].at.label, "run_end");
  EXPECT_EQ(samples.vmstat[1].values.at("pgfault"), 3U);
  EXPECT_TRUE(std::ranges::is_sorted(samples.block, {}, &record::BlockSample::taken));
}

TEST_F(IoSamplerTest, EndsWithItsOwnerWhenNobodyFinishesIt) {
  const IoSampler sampler(options());
  SUCCEED() << "its thread is joined";
}

TEST_F(IoSamplerTest, RefusesAPatternThatIsNone) {
  IoSamplerOptions bad = options();
  bad.pattern = "(";
  EXPECT_THROW(IoSampler sampler(bad), Error);
}

}  // namespace
}  // namespace spillway::telemetry
