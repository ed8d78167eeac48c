// SPDX-License-Identifier: Apache-2.0
#include "telemetry/memory_snapshot.h"

#include <gtest/gtest.h>

#include "tests/telemetry/fake_tree.h"

namespace spillway::telemetry {
namespace {

const record::BoundaryLabel kStart = {
    .label = "phase_start", .phase = "replay", .boundary = "start"};

TEST(MemorySnapshot, HasTheKernelsOwnFigures) {
  const FakeTree tree;
  tree.put("meminfo",
           "MemTotal: 100 kB\nBuffers: 5 kB\nCached: 40 kB\nSwapCached: 1 kB\nDirty: 7 kB\n"
           "Writeback: 0 kB\nWritebackTmp: 9 kB\n");
  tree.put("vmstat", "pgpgin 11\npgpgout 22\npgfault 33\npgmajfault 4\npgfault_other 1\n");
  const record::MemorySnapshot memory = meminfo_snapshot(kStart, UtcTime(), tree.root());
  EXPECT_EQ(memory.values, (std::map<std::string, std::uint64_t>{
                               {"Buffers", 5}, {"Cached", 40}, {"Dirty", 7}, {"Writeback", 0}}));
  EXPECT_EQ(memory.error, "");
  EXPECT_EQ(memory.at.phase, "replay");
  const record::MemorySnapshot paging = vmstat_snapshot(kStart, UtcTime(), tree.root());
  EXPECT_EQ(paging.values,
            (std::map<std::string, std::uint64_t>{
                {"pgfault", 33}, {"pgmajfault", 4}, {"pgpgin", 11}, {"pgpgout", 22}}));
}

TEST(MemorySnapshot, SaysWhatCouldNotBeRead) {
  const FakeTree tree;
  tree.put("vmstat", "something else\n");
  EXPECT_NE(meminfo_snapshot(kStart, UtcTime(), tree.root()).error.find("meminfo"),
            std::string::npos);
  EXPECT_NE(vmstat_snapshot(kStart, UtcTime(), tree.root()).error.find("vmstat"),
            std::string::npos);
}

}  // namespace
}  // namespace spillway::telemetry
