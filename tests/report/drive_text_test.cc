// SPDX-License-Identifier: Apache-2.0
#include "report/drive_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/record/filled_run.h"

namespace spillway::report {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

TEST(DriveText, PutsTheDevicesFiguresBesideOurs) {
  const std::string text = drive_text(record::filled_run());
  EXPECT_THAT(text, ContainsRegex("bytes asked of the kernel +6.00 MB +2.00 MB"));
  EXPECT_THAT(text, ContainsRegex("bytes the device moved +6.00 MB +2.00 MB"));
  EXPECT_THAT(text, ContainsRegex("latency of a piece, mean ms +2.00 +3.00"));
  EXPECT_THAT(text, ContainsRegex("latency at the device, mean ms +1.00 +2.00"));
  EXPECT_THAT(text, HasSubstr("idle with work waiting: 20.00 %"));
  EXPECT_THAT(text, HasSubstr("discards are not counted"));
}

TEST(DriveText, SaysWhenDirectIoWasNotUsed) {
  record::Run run = record::filled_run();
  run.proof.direct = false;
  EXPECT_THAT(drive_text(run), HasSubstr("direct I/O: NO"));
}

TEST(DriveText, AModelIsNoKernel) {
  record::Run run = record::filled_run();
  run.observed.tier(TierId::storage).modelled = true;
  const std::string text = drive_text(run);
  EXPECT_THAT(text, HasSubstr("bytes asked of the model"));
  EXPECT_THAT(text, testing::Not(HasSubstr("kernel  ")));
}

TEST(DriveText, IsEmptyWhenStorageWasNotTouched) {
  EXPECT_EQ(drive_text(record::Run{}), "");
  EXPECT_EQ(cost_text(record::Run{}), "");
}

TEST(CostText, TellsCpuPerGigabyteAndTurns) {
  const std::string text = cost_text(record::filled_run());
  EXPECT_THAT(text, HasSubstr("2.00 s per GB of storage I/O"));
  EXPECT_THAT(text, ContainsRegex("p99 5[0-9].[0-9] us"));
}

}  // namespace
}  // namespace spillway::report
