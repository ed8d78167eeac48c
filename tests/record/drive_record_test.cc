// SPDX-License-Identifier: Apache-2.0
#include "record/drive_record.h"

#include <gtest/gtest.h>

namespace spillway::record {
namespace {

DrivePhaseRecord phase(std::int64_t latency_ns, bool measured) {
  DrivePhaseRecord one;
  one.name = "main";
  one.ran = true;
  one.measured = measured;
  one.duration_s = 2;
  one.counts.completed = 3;
  one.counts.answers_with_usage = 1;
  one.faults[static_cast<std::size_t>(CompletionFault::stall)] = 2;
  for_each_latency(one.latencies, [&](std::string_view /*name*/, stats::Histogram& histogram) {
    histogram.add(latency_ns);
  });
  return one;
}

TEST(DriveRecordTest, PhasesThatCountMergeIntoTheWhole) {
  DriveRecord record;
  record.phases = {phase(10, true), phase(99, false), phase(30, true)};
  record.phases.push_back(phase(77, true));
  record.phases.back().ran = false;
  const DrivePhaseRecord all = measured_of(record);
  EXPECT_EQ(all.duration_s, 4);
  EXPECT_EQ(all.counts.completed, 6U);
  EXPECT_EQ(all.counts.answers_with_usage, 2U);
  EXPECT_EQ(all.counts.planned, 0U);
  EXPECT_EQ(all.faults[static_cast<std::size_t>(CompletionFault::stall)], 4U);
  for_each_latency(all.latencies, [](std::string_view name, const stats::Histogram& histogram) {
    EXPECT_EQ(histogram.count(), 2U) << name;
    EXPECT_EQ(histogram.min(), 10) << name;
    EXPECT_EQ(histogram.max(), 30) << name;
  });
}

TEST(DriveRecordTest, WithoutPhasesThereIsNothing) {
  const DrivePhaseRecord all = measured_of(DriveRecord());
  EXPECT_FALSE(all.ran);
  EXPECT_TRUE(all.latencies.latency.empty());
}

}  // namespace
}  // namespace spillway::record
