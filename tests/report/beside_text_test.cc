// SPDX-License-Identifier: Apache-2.0
#include "report/beside_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/record/filled_run.h"

namespace spillway::report {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

TEST(BesideText, SaysWhatWasWrittenBeforeTheRun) {
  const std::string text = precondition_text(record::filled_run());
  EXPECT_THAT(text, HasSubstr("13.35 MiB of 15.26 MiB written in 0.00700 s, 2.00 GB/s"));
  EXPECT_THAT(text, HasSubstr("1 writes FAILED"));
}

TEST(BesideText, NamesTheTraceAndWhatItLost) {
  record::Run run = record::filled_run();
  EXPECT_THAT(io_trace_text(run),
              HasSubstr("/traces/run.csv.zst, 90 rows with causes and deletions"));
  EXPECT_THAT(io_trace_text(run), ContainsRegex("FAILED .*No space left on device; 10"));
  run.io_trace->error = "";
  EXPECT_THAT(io_trace_text(run), Not(HasSubstr("FAILED")));
}

TEST(BesideText, ShowsHistogramsAndHotZones) {
  record::Run run = record::filled_run();
  record::TracedHistogram places;
  places.histogram.buckets = {{.low = 0, .high = 10, .count = 1},
                              {.low = 40, .high = 50, .count = 199}};
  run.latency_tracing->histograms["lba_read_gb"] = places;
  const std::string text = device_latency_text(run);
  EXPECT_THAT(text, ContainsRegex("missing +bpftrace was killed"));
  EXPECT_THAT(text, ContainsRegex("d2c_read_us +100 +64 +64 +64\n"));
  EXPECT_THAT(text, ContainsRegex("lba_read_gb +from 40 GiB on: 100 %\n"))
      << "what has less than one access in a hundred is not hot";
  EXPECT_THAT(text, ContainsRegex("fio job +fio_kv_cache_workload_20260102_030405.ini"));
}

TEST(BesideText, JudgesTheHitRatio) {
  record::Run run = record::filled_run();
  EXPECT_THAT(trace_validation_text(run),
              HasSubstr("40.00 % here, 41.00 % in /traces/production.json "
                        "(100 requests): PASS"));
  run.validation->passed = false;
  EXPECT_THAT(trace_validation_text(run), HasSubstr("FAIL"));
}

TEST(BesideText, IsEmptyForWhatARunDidNotDo) {
  const record::Run run;
  EXPECT_EQ(precondition_text(run) + io_trace_text(run) + device_latency_text(run) +
                trace_validation_text(run),
            "");
}

}  // namespace
}  // namespace spillway::report
