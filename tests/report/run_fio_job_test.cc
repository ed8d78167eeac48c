// SPDX-License-Identifier: Apache-2.0
#include "report/run_fio_job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/record/filled_run.h"

namespace spillway::report {
namespace {

using testing::HasSubstr;

record::Run traced_run() {
  record::Run run = record::filled_run();
  record::DeviceLatency& traced = run.latency_tracing->histograms;
  traced["bssplit_read_kb"].histogram.buckets = {{.low = 1024, .high = 2048, .count = 30}};
  traced["bssplit_write_kb"].histogram.buckets = {{.low = 512, .high = 1024, .count = 10}};
  return run;
}

TEST(RunFioJob, DoesWhatTheRunDidWhereItWas) {
  record::Run run = traced_run();
  run.settings.push_back({.name = "cache-dir", .value = "/mnt/nvme/kv"});
  run.observed.tier(TierId::storage).peak_bytes = std::uint64_t{5} << 30U;
  const std::string job = run_fio_job(run);
  EXPECT_THAT(job, HasSubstr("[kv-cache-traced]"));
  EXPECT_THAT(job, HasSubstr("filename=/mnt/nvme/kv/fio-kv-cache\n"));
  EXPECT_THAT(job, HasSubstr("size=5368709120\n")) << "what the tier held";
  EXPECT_THAT(job, HasSubstr("rwmixread=75\n"));
  EXPECT_THAT(job, HasSubstr("bssplit=1m/100,512k/100\n"));
  EXPECT_THAT(job, HasSubstr("2026-01-02T03:04:05Z"));
}

TEST(RunFioJob, WithoutADirectoryOrMuchInItTakesAGibibyteInTheTemporaryOne) {
  const std::string job = run_fio_job(traced_run());
  EXPECT_THAT(job, HasSubstr("filename=/tmp/fio-kv-cache\n"));
  EXPECT_THAT(job, HasSubstr("size=1073741824\n"));
}

TEST(RunFioJob, IsEmptyWhenNothingWasDispatched) {
  EXPECT_EQ(run_fio_job(record::Run{}), "");
  EXPECT_EQ(run_fio_job(record::filled_run()), "") << "latencies alone are no sizes";
}

}  // namespace
}  // namespace spillway::report
