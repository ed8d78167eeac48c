// SPDX-License-Identifier: Apache-2.0
#include "analysis/ttfc_sanity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spillway::analysis {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

SanityCase stream(double ttfc, double latency) {
  return {.errors = 0, .ttfc_p95_ms = ttfc, .ttft_p95_ms = ttfc, .latency_p95_ms = latency};
}
SanityCase whole(double ttft) {
  return {.errors = 0, .ttfc_p95_ms = {}, .ttft_p95_ms = ttft, .latency_p95_ms = ttft};
}

// Recorded case 067 of the harness.
TEST(TtfcSanityTest, PassesWhenTtfcIsStable) {
  const SanityVerdict verdict = judge_ttfc({.short_stream = stream(40, 80),
                                            .long_stream = stream(42, 160),
                                            .short_whole = whole(60),
                                            .long_whole = whole(110)});
  EXPECT_TRUE(verdict.passed);
  EXPECT_DOUBLE_EQ(*verdict.ttfc_ratio, 1.05);
  EXPECT_DOUBLE_EQ(*verdict.latency_ratio, 2);
  EXPECT_DOUBLE_EQ(*verdict.ttft_ratio, 110.0 / 60);
  EXPECT_THAT(verdict.reasons, IsEmpty());
}

TEST(TtfcSanityTest, FailsForEachReason) {
  const SanityVerdict scales = judge_ttfc({.short_stream = stream(40, 80),
                                           .long_stream = stream(80, 160),
                                           .short_whole = whole(60),
                                           .long_whole = whole(61)});
  EXPECT_THAT(scales.reasons, ElementsAre("ttfc_scales_with_output_length",
                                          "legacy_ttft_not_scaling_with_output_length"));
  SanityCase broken = stream(40, 80);
  broken.errors = 1;
  broken.ttfc_p95_ms.reset();
  SanityCase broken_whole = whole(60);
  broken_whole.errors = 1;
  const SanityVerdict missing = judge_ttfc({.short_stream = broken,
                                            .long_stream = stream(42, 160),
                                            .short_whole = broken_whole,
                                            .long_whole = whole(110)});
  EXPECT_THAT(missing.reasons, ElementsAre("stream_ttfc_missing", "stream_case_errors_present",
                                           "legacy_case_errors_present"));
  EXPECT_FALSE(missing.passed);
  EXPECT_FALSE(judge_ttfc({.short_stream = stream(0, 0),
                           .long_stream = stream(1, 1),
                           .short_whole = whole(0),
                           .long_whole = whole(1)})
                   .ttfc_ratio.has_value());
}

}  // namespace
}  // namespace spillway::analysis
