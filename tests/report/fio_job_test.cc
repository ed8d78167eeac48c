// SPDX-License-Identifier: Apache-2.0
#include "report/fio_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "tests/text/temporary_directory.h"

namespace spillway::report {
namespace {

using record::DeviceLatency;
using stats::Bucket;
using stats::BucketHistogram;
using testing::HasSubstr;
using testing::Not;

using Counts = std::vector<std::pair<std::int64_t, std::uint64_t>>;

// Powers of two from these lower bounds on.
BucketHistogram histogram(const Counts& counts) {
  BucketHistogram result;
  for (const auto& [low, count] : counts) {
    result.buckets.push_back({.low = low, .high = low == 0 ? 1 : 2 * low, .count = count});
  }
  return result;
}

void put(DeviceLatency& traced, const std::string& name, const Counts& counts) {
  traced[name].histogram = histogram(counts);
}

DeviceLatency reads_and_writes() {
  DeviceLatency traced;
  put(traced, "bssplit_read_kb", {{4, 25}, {1024, 125}});
  put(traced, "bssplit_write_kb", {{512, 50}});
  put(traced, "d2c_read_us", {{64, 90}, {4096, 60}});
  put(traced, "qd_read", {{1, 10}, {4, 80}, {8, 10}});
  put(traced, "qd_write", {{1, 50}});
  return traced;
}

FioJobOptions options() {
  return {.source = "runs/a", .created = "2026-01-02", .file = "/mnt/kv/fio", .size = 20_GiB};
}

int sum_of(const std::string& split) {
  int sum = 0;
  std::istringstream parts(split);
  for (std::string part; std::getline(parts, part, ':');) {
    sum += std::stoi(part.substr(part.find('/') + 1));
  }
  return sum;
}

TEST(SizeSplit, WritesLowerBoundsAndPercent) {
  EXPECT_EQ(size_split(histogram({{4, 1}, {1024, 3}})), "4k/25:1m/75");
  EXPECT_EQ(size_split(histogram({{0, 1}, {1, 1}, {512, 1}, {2048, 1}})),
            "512/25:1k/25:512k/25:2m/25");
  EXPECT_EQ(size_split(histogram({{128, 7}})), "128k/100");
  EXPECT_EQ(size_split({}), "");
}

// Thirds: 33.3 % each; the first of equal remainders goes up. Sevenths: 14.29 %, two of them.
TEST(SizeSplit, SumsUpToAHundred) {
  EXPECT_EQ(size_split(histogram({{4, 1}, {8, 1}, {16, 1}})), "4k/34:8k/33:16k/33");
  EXPECT_EQ(size_split(histogram({{1, 1}, {2, 1}, {4, 1}, {8, 1}, {16, 1}, {32, 1}, {64, 1}})),
            "1k/15:2k/15:4k/14:8k/14:16k/14:32k/14:64k/14");
  // 66.6 and 33.4: by plain rounding 67 + 33, by rounding up 67 + 34.
  EXPECT_EQ(size_split(histogram({{4, 666}, {8, 334}})), "4k/67:8k/33");
}

TEST(SizeSplit, AddsCrumbsToANeighbour) {
  // 0.2 % and 0.2 % go to the next larger, 0.4 % at the end to the one before.
  EXPECT_EQ(size_split(histogram({{4, 2}, {8, 2}, {16, 592}, {32, 400}, {64, 4}})),
            "16k/60:32k/40");
  // Two crumbs of 0.3 % are together large enough.
  EXPECT_EQ(size_split(histogram({{4, 3}, {8, 3}, {16, 994}})), "8k/1:16k/99");
}

TEST(SizeSplit, SumsUpToAHundredWhateverTheCounts) {
  std::uint64_t state = 1;
  for (int round = 0; round < 1000; ++round) {
    Counts counts;
    for (std::int64_t low = 1; low <= 8192; low *= 2) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      counts.emplace_back(low, (state >> 33U) >> (state % 31));
    }
    const std::string split = size_split(histogram(counts));
    EXPECT_EQ(sum_of(split), 100) << split;
    EXPECT_THAT(split, Not(HasSubstr("/0")));
  }
}

TEST(FioJob, HasWhatTheHistogramsTell) {
  const std::string job = fio_job(reads_and_writes(), options());
  EXPECT_THAT(job, HasSubstr("\n[kv-cache-traced]\nfilename=/mnt/kv/fio\nsize=21474836480\n"));
  EXPECT_THAT(job, HasSubstr("\nrw=rw\nrwmixread=75\nbssplit=4k/17:1m/83,512k/100\n"));
  EXPECT_THAT(job, HasSubstr("depths measured: reads 4, writes 1\niodepth=4\n"
                             "iodepth_batch_submit=4\niodepth_batch_complete_min=1\n"));
  EXPECT_THAT(job, HasSubstr("\nruntime=300\n"));
  EXPECT_THAT(job, HasSubstr("# reads dispatched: 150; device latency from 64 us (P50), "
                             "4096 us (P99)\n"));
  EXPECT_THAT(job, HasSubstr("Made 2026-01-02 from runs/a.\n"));
  EXPECT_THAT(job, HasSubstr("It overwrites /mnt/kv/fio, 20 GiB.\n"));
  EXPECT_THAT(job, Not(HasSubstr("thinktime")));
}

TEST(FioJob, GoesFrontToBackUnlessToldOtherwise) {
  FioJobOptions random = options();
  random.random = true;
  EXPECT_THAT(fio_job(reads_and_writes(), random), HasSubstr("\nrw=randrw\n"));
  EXPECT_THAT(fio_job(reads_and_writes(), random), HasSubstr("\nnorandommap=1\n"));
  EXPECT_THAT(fio_job(reads_and_writes(), options()), Not(HasSubstr("rand")));
}

TEST(FioJob, KnowsOneDirectionAlone) {
  DeviceLatency traced;
  put(traced, "bssplit_read_kb", {{64, 9}});
  EXPECT_THAT(fio_job(traced, options()), HasSubstr("\nrw=read\nbssplit=64k/100\n"));
  EXPECT_THAT(fio_job(traced, options()), HasSubstr("# the depth was not measured\niodepth=1\n"));
  DeviceLatency written;
  put(written, "bssplit_write_kb", {{64, 9}});
  EXPECT_THAT(fio_job(written, options()), HasSubstr("\nrw=write\nbssplit=,64k/100\n"));
}

TEST(FioJob, PausesAsTheWriterDidBeforeItsSync) {
  DeviceLatency traced = reads_and_writes();
  put(traced, "write_to_fsync_us", {{16, 3}});
  EXPECT_THAT(fio_job(traced, options()), Not(HasSubstr("thinktime"))) << "three say nothing";
  put(traced, "write_to_fsync_us", {{16, 3}, {64, 5}});
  put(traced, "fsync_us", {{2048, 8}});
  EXPECT_THAT(fio_job(traced, options()), HasSubstr("\nthinktime=64\nthinktime_blocks=4\n"));
  EXPECT_THAT(fio_job(traced, options()), HasSubstr("# an fsync took 2048 us (P50 of 8)\n"));
}

TEST(FioJob, TellsHotZones) {
  DeviceLatency traced = reads_and_writes();
  traced["lba_read_gb"].histogram.buckets = {{.low = 0, .high = 10, .count = 1},
                                             {.low = 10, .high = 20, .count = 99},
                                             {.low = 20, .high = 30, .count = 100}};
  const std::string job = fio_job(traced, options());
  EXPECT_THAT(job, HasSubstr("# reads from 10 GiB on: 50 %\n# reads from 20 GiB on: 50 %\n"));
  EXPECT_THAT(job, Not(HasSubstr("from 0 GiB")));
}

TEST(FioJob, KeepsForeignTextInItsLine) {
  FioJobOptions odd = options();
  odd.source = "a\n[global]";
  odd.file = "/mnt/a:b\nrw=write";
  const std::string job = fio_job(reads_and_writes(), odd);
  EXPECT_THAT(job, HasSubstr("from a [global].\n"));
  EXPECT_THAT(job, HasSubstr("\nfilename=/mnt/a\\:b rw=write\n"));
}

TEST(FioJob, NeedsSizesOfSomething) {
  DeviceLatency traced;
  put(traced, "d2c_read_us", {{64, 90}});
  put(traced, "bssplit_read_kb", {{64, 0}});
  EXPECT_THAT(error_of([&] { fio_job(traced, options()); }),
              HasSubstr("neither bssplit_read_kb nor bssplit_write_kb"));
}

// What fio says against a job; empty when it takes it.
std::string complaint_of_fio(const DeviceLatency& traced, bool random) {
  const TemporaryDirectory directory;
  FioJobOptions wanted = options();
  wanted.random = random;
  const std::string path = directory.write("job.fio", fio_job(traced, wanted));
  const std::string log = directory.file("log");
  const std::string command = "fio --parse-only '" + path + "' >'" + log + "' 2>&1";
  if (std::system(command.c_str()) == 0) return "";
  std::ifstream file(log);
  return "fio failed: " + std::string(std::istreambuf_iterator<char>(file), {});
}

TEST(FioJob, IsUnderstoodByFio) {
  if (std::system("command -v fio >/dev/null") != 0) GTEST_SKIP() << "fio is not installed";
  DeviceLatency traced = reads_and_writes();
  put(traced, "write_to_fsync_us", {{64, 5}});
  put(traced, "bssplit_read_kb", {{0, 10}, {1, 10}, {4, 10}, {64, 10}, {512, 10}, {1024, 950}});
  DeviceLatency read;
  put(read, "bssplit_read_kb", {{64, 9}, {128, 1}});
  DeviceLatency written;
  put(written, "bssplit_write_kb", {{64, 9}, {128, 1}});
  for (const bool random : {false, true}) {
    EXPECT_EQ(complaint_of_fio(traced, random), "");
    EXPECT_EQ(complaint_of_fio(read, random), "");
    EXPECT_EQ(complaint_of_fio(written, random), "");
  }
}

}  // namespace
}  // namespace spillway::report
