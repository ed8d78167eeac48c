// SPDX-License-Identifier: Apache-2.0
#include "record/io_files.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "record/io_timeline.h"
#include "tests/text/temporary_directory.h"

namespace spillway::record {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(IoFiles, AreTheTimelinesTheirCopiesAndALineASnapshot) {
  const TemporaryDirectory directory;
  IoSamples samples;
  samples.block = {{.taken = UtcTime(), .success = true, .read_bytes = 5}};
  MemorySnapshot memory;
  memory.values = {{"Dirty", 1}};
  samples.meminfo = {memory, memory};
  write_io_files(directory.path(), "nvme0n1", samples);
  EXPECT_EQ(text_of(directory.file("block_stat_timeline.csv")),
            block_timeline_csv("nvme0n1", samples.block));
  EXPECT_EQ(text_of(directory.file("iostat.csv")),
            text_of(directory.file("block_stat_timeline.csv")));
  EXPECT_EQ(text_of(directory.file("pidstat.csv")), process_timeline_csv({}));
  EXPECT_EQ(text_of(directory.file("proc_io_timeline.csv")), process_timeline_csv({}));
  const std::string line = memory_snapshot_json(memory, "values_kib") + "\n";
  EXPECT_EQ(text_of(directory.file("meminfo_snapshots.jsonl")), line + line);
  EXPECT_EQ(text_of(directory.file("vmstat_snapshots.jsonl")), "");
}

TEST(IoFiles, NeedADirectoryThatIsThere) {
  EXPECT_NE(error_of([] { write_io_files("/there/is/none", "sda", {}); }).find("/there/is/none"),
            std::string::npos);
}

}  // namespace
}  // namespace spillway::record
