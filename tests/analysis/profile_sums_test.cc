// SPDX-License-Identifier: Apache-2.0
#include "analysis/profile_sums.h"

#include <gtest/gtest.h>

#include "tests/analysis/stream_row.h"

namespace spillway::analysis {
namespace {

using record::ProfileMetric;

TEST(ProfileSumsTest, TimeBetweenPhasesIsNoPartOfTheSpan) {
  ActiveSpan whole;
  EXPECT_EQ(whole.seconds(), 0);
  ActiveSpan first;
  first.add(at_ms(1000), at_ms(2000));
  first.add(at_ms(500), at_ms(1500));
  ActiveSpan second;
  second.add(at_ms(10'000), at_ms(10'250));
  whole.merge(first);
  whole.merge(second);
  EXPECT_DOUBLE_EQ(whole.seconds(), 1.75);
}

TEST(ProfileSumsTest, FailuresAreCountedAndInNoValue) {
  StreamRow stream;
  ProfileSums sums;
  sums.add(stream.row);
  stream.row.fault = record::CompletionFault::stall;
  stream.row.done = at_ms(9000);
  ProfileSums others;
  others.add(stream.row);
  sums.merge(others);
  EXPECT_EQ(sums.completed(), 1U);
  EXPECT_EQ(sums.failed(), 1U);
  EXPECT_EQ(sums.output_tokens(), 5U);
  EXPECT_DOUBLE_EQ(sums.seconds(), 0.04) << "from sending to the last text";
  EXPECT_EQ(sums.of(ProfileMetric::request_latency).max(), 40);
  EXPECT_EQ(sums.of(ProfileMetric::inter_token_latency).mean(), 7.5);
  EXPECT_EQ(sums.of(ProfileMetric::inter_chunk_latency).count(), 2U);
}

}  // namespace
}  // namespace spillway::analysis
