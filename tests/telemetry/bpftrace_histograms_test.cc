// SPDX-License-Identifier: Apache-2.0
#include "telemetry/bpftrace_histograms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/error.h"

namespace spillway::telemetry {
namespace {

using record::DeviceLatency;
using stats::Bucket;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

DeviceLatency parsed(const std::string& text) { return parse_bpftrace_histograms(text, "trace"); }

std::vector<Bucket> buckets_of(const std::string& lines) {
  return parsed("@x:\n" + lines)["x"].histogram.buckets;
}

Bucket bucket(std::int64_t low, std::int64_t high, std::uint64_t count) {
  return {.low = low, .high = high, .count = count};
}

std::string error_of(const std::string& text) {
  try {
    parsed(text);
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "expected an Error for " << text;
  return "";
}

// As bpftrace 0.17 lays it out: 16 columns of range, 8 of count, the bar.
TEST(BpftraceHistograms, ReadsWhatHistPrints) {
  const DeviceLatency found = parsed(
      "Attaching 19 probes...\n"
      "attached\n"
      "\n"
      "\n"
      "@d2c_read_us: \n"
      "[64, 128)              3 |@@@@@@                                              |\n"
      "[128, 256)            25 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n"
      "[256, 512)             0 |                                                    |\n"
      "[512, 1K)              4 |@@@@@@@@                                            |\n"
      "[1K, 2K)               1 |@@                                                  |\n"
      "\n"
      "@qd_read: \n"
      "[1]                    7 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_THAT(found.at("d2c_read_us").histogram.buckets,
              ElementsAre(bucket(64, 128, 3), bucket(128, 256, 25), bucket(256, 512, 0),
                          bucket(512, 1024, 4), bucket(1024, 2048, 1)));
  EXPECT_THAT(found.at("qd_read").histogram.buckets, ElementsAre(bucket(1, 2, 7)));
  EXPECT_THAT(found.at("qd_read").raw,
              ElementsAre("[1]                    7 "
                          "|@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|"));
}

TEST(BpftraceHistograms, ReadsTheSmallestBuckets) {
  EXPECT_THAT(
      buckets_of("(..., 0) 2 |@|\n[0] 3 |@|\n[1] 4 |@|\n[2, 4) 5 |@|\n"),
      ElementsAre(bucket(Bucket::kNoLow, 0, 2), bucket(0, 1, 3), bucket(1, 2, 4), bucket(2, 4, 5)));
}

TEST(BpftraceHistograms, ReadsEverySuffix) {
  constexpr std::int64_t kOne = 1;
  EXPECT_THAT(
      buckets_of("[512, 1K) 1 |@|\n[512K, 1M) 2 |@|\n[1M, 2M) 3 |@|\n[512M, 1G) 4 |@|\n"
                 "[512G, 1T) 5 |@|\n[512T, 1P) 6 |@|\n[512P, 1E) 7 |@|\n[4E, 8E) 8 |@|\n"),
      ElementsAre(bucket(512, kOne << 10U, 1), bucket(kOne << 19U, kOne << 20U, 2),
                  bucket(kOne << 20U, kOne << 21U, 3), bucket(kOne << 29U, kOne << 30U, 4),
                  bucket(kOne << 39U, kOne << 40U, 5), bucket(kOne << 49U, kOne << 50U, 6),
                  bucket(kOne << 59U, kOne << 60U, 7), bucket(kOne << 62U, Bucket::kNoHigh, 8)));
}

// lhist() of 0.17 writes K wherever a bound is a multiple of 1024.
TEST(BpftraceHistograms, ReadsWhatLhistPrints) {
  EXPECT_THAT(
      buckets_of("(..., 0)               1 |@ |\n"
                 "[0, 10)               12 |@@|\n"
                 "[10, 20)               0 |  |\n"
                 "[5110, 5K)             3 |@ |\n"
                 "[5K, 5130)             4 |@ |\n"
                 "[8190, ...)            2 |@ |\n"),
      ElementsAre(bucket(Bucket::kNoLow, 0, 1), bucket(0, 10, 12), bucket(10, 20, 0),
                  bucket(5110, 5120, 3), bucket(5120, 5130, 4), bucket(8190, Bucket::kNoHigh, 2)));
  EXPECT_THAT(buckets_of("[-20, -10) 1 |@|\n[-10, 0) 2 |@|\n"),
              ElementsAre(bucket(-20, -10, 1), bucket(-10, 0, 2)));
}

TEST(BpftraceHistograms, ReadsTheClosedBucketsOfOldVersions) {
  EXPECT_THAT(buckets_of("[0, 1]                 5 |@|\n[2, 4) 1 |@|\n"),
              ElementsAre(bucket(0, 2, 5), bucket(2, 4, 1)));
}

TEST(BpftraceHistograms, KeepTheKeyInTheName) {
  const DeviceLatency found = parsed("@us[259, R]: \n[1] 2 |@|\n\n@us[259, W]: \n[1] 3 |@|\n");
  EXPECT_EQ(found.at("us[259, R]").histogram.total(), 2U);
  EXPECT_EQ(found.at("us[259, W]").histogram.total(), 3U);
}

TEST(BpftraceHistograms, TheLastOfSeveralPrintsCounts) {
  const DeviceLatency found = parsed("@x:\n[1] 2 |@|\n\n@x:\n[1] 5 |@|\n[2, 4) 1 |@|\n");
  EXPECT_EQ(found.at("x").histogram.total(), 6U);
  EXPECT_EQ(found.at("x").raw.size(), 2U);
}

TEST(BpftraceHistograms, PassOverEverythingElse) {
  EXPECT_THAT(parsed(""), IsEmpty());
  EXPECT_THAT(parsed("@count: 5\n@avg[7]: 3\n\n@empty: \n\nLost 12 events\n[not a bucket\n"),
              IsEmpty());
}

TEST(BpftraceHistograms, ReadLinesThatEndWithAReturn) {
  EXPECT_EQ(parsed("@x: \r\n[1]   2 |@@|\r\n").at("x").histogram.total(), 2U);
}

TEST(BpftraceHistograms, RefuseABadBucketByLine) {
  EXPECT_EQ(error_of("@x:\n[1] 2 |@|\n[2, four) 3 |@|\n"),
            "trace:3: expected a bucket above the one before and its count, such as "
            "\"[512, 1K) 7\", found \"[2, four) 3 |@|\"");
  for (const std::string bad :
       {"[1]", "[1] |@|", "[1] x |@|", "[1] -3 |@|", "[1) 2 |@|", "[] 2 |@|", "[1, 2 3 |@|",
        "[1 2) 3 |@|", "(1, 2) 3 |@|", "(...) 3 |@|", "[2, 1) 3 |@|", "[1, 1) 3 |@|", "[1Z, 2) 3",
        "[1, 2) 3 @@", "[1, 2) 99999999999999999999 |@|", "[1, 2) 18446744073709551615 |@|"}) {
    EXPECT_THAT(error_of("@x:\n" + bad + "\n"), HasSubstr("trace:2: expected a bucket")) << bad;
  }
}

TEST(BpftraceHistograms, RefuseBucketsOutOfOrder) {
  EXPECT_THAT(error_of("@x:\n[4, 8) 1 |@|\n[2, 4) 1 |@|\n"), HasSubstr("trace:3: expected"));
  EXPECT_THAT(error_of("@x:\n[4, 8) 1 |@|\n[4, 8) 1 |@|\n"), HasSubstr("trace:3: expected"));
}

}  // namespace
}  // namespace spillway::telemetry
