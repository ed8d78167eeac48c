// SPDX-License-Identifier: Apache-2.0
#include "report/harness_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace spillway::report {
namespace {

using testing::HasSubstr;
using testing::Not;

// Recorded case 003: a B0 run has no block manager, and the report says so.
TEST(HarnessReportTest, ARunWithoutABlockManagerHasNoneOfItsFigures) {
  const std::string report = render_harness_report(
      text::read_json(SPILLWAY_SOURCE_DIR "/tests/data/conformance/case-003/input/summary.json"));
  EXPECT_THAT(report, HasSubstr("KVBM metrics status: `skipped`"));
  EXPECT_THAT(report, HasSubstr("KVBM rollup offload/onboard/matched: `NA` / `NA` / `NA`"));
  EXPECT_THAT(report, HasSubstr("offload_blocks_delta=NA"));
  EXPECT_THAT(report, HasSubstr("# Benchmark Report: run_b0_test"));
  EXPECT_THAT(report, HasSubstr("- Invalid reason: `None`"));
  EXPECT_THAT(report, Not(HasSubstr("TTFC p50")));
}

TEST(HarnessReportTest, ShowsWhatThereIs) {
  const std::string report = render_harness_report(text::parse_json(
      R"({"run_id": "r", "variant_tags": ["a", "b"], "run_valid": false,
          "kvbm_metrics_status": {"status": "ok"},
          "overall_summary": {"latency_ms": {"p50": 1.5, "p95": 2, "p99": 3},
                              "ttfc_ms": {"p50": 4, "p95": 5, "p99": 6},
                              "served": {"itl_ms": {"p50": 7, "p95": 8, "p99": 9},
                                         "failures": {"stall": 2}}},
          "phase_summaries": [{"phase": "replay", "kvbm_metrics_delta":
                               {"offload_blocks_total_delta": 12}}],
          "kvbm_metrics": {"rollup": {"matched_tokens_total_delta": 5},
                           "rehydrate_replay_signal": {"signal": "disk_rehydrate_detected",
                                                       "replay_onboard_blocks": 3}},
          "notes": ["the disk was slow"]})",
      "summary"));
  EXPECT_THAT(report, HasSubstr("- Variant tags: `a, b`"));
  EXPECT_THAT(report, HasSubstr("- Run valid: `False`"));
  EXPECT_THAT(report, HasSubstr("- Latency p50/p95/p99 (ms): `1.5` / `2` / `3`"));
  EXPECT_THAT(report, HasSubstr("- TTFC p50/p95/p99 (ms): `4` / `5` / `6`"));
  EXPECT_THAT(report, HasSubstr("- Succeeded: ITL p50/p95/p99 (ms): `7` / `8` / `9`"));
  EXPECT_THAT(report, HasSubstr("- Failed by stall: `2`"));
  EXPECT_THAT(report, HasSubstr("offload_blocks_delta=12"));
  EXPECT_THAT(report, HasSubstr("matched: `NA` / `NA` / `5`"));
  EXPECT_THAT(report, HasSubstr("rehydrate_replay_signal: `disk_rehydrate_detected`"));
  EXPECT_THAT(report, HasSubstr("onboarded blocks: `NA` / `3`"));
  EXPECT_THAT(report, HasSubstr("- the disk was slow"));
}

TEST(HarnessReportTest, AnEmptySummaryHasAReportOfNothing) {
  const std::string report = render_harness_report(text::parse_json("{}", "summary"));
  for (const char* const section :
       {"## Run Status", "## Platform + Software Fingerprint", "## KV Configuration",
        "## Overall Results", "## Phase Results", "## KVBM Metrics Signal", "## Request Identity",
        "## Anomalies + Limitations"}) {
    EXPECT_THAT(report, HasSubstr(section));
  }
  EXPECT_THAT(report, HasSubstr("- none on record"));
}

TEST(HarnessReportTest, OtherToolsFiguresAreATable) {
  const std::string report = render_harness_report(text::parse_json(
      R"({"metrics_as": {"vllm": {"throughput": {"definition": "over all", "requests_per_s": 2},
          "ttft_ms": {"definition": "first chunk", "mean": 5.25, "p50": 5, "p90": 6, "p95": 7,
                      "p99": 8}, "itl_ms": {"definition": "gaps"}}}})",
      "summary"));
  EXPECT_THAT(report, HasSubstr("| vllm | ttft_ms | 5.250 | 5.000 | 6.000 | 7.000 | 8.000 | first "
                                "chunk |"));
  EXPECT_THAT(report, HasSubstr("| vllm | itl_ms | - | - | - | - | - | gaps |"));
  EXPECT_THAT(report, HasSubstr("| vllm | requests_per_s | 2.000 | | | | | over all |"));
}

}  // namespace
}  // namespace spillway::report
