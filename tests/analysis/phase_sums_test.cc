// SPDX-License-Identifier: Apache-2.0
#include "analysis/phase_sums.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "tests/analysis/stream_row.h"

namespace spillway::analysis {
namespace {

using std::chrono_literals::operator""ms;

// Recorded case 063 of the harness (tests/data/conformance has the others).
TEST(PhaseSumsTest, FiguresAreThoseOfTheHarness) {
  PhaseSums sums;
  sums.add(PhaseRow{.latency_ms = 100,
                    .ttft_ms = 30,
                    .ttfc_ms = 28,
                    .ttfb_ms = 10,
                    .prompt_tokens_est = 256,
                    .output_tokens_est = 64,
                    .ok = true});
  sums.add(PhaseRow{.latency_ms = 120,
                    .ttft_ms = 40,
                    .ttfc_ms = 36,
                    .ttfb_ms = 12,
                    .prompt_tokens_est = 300,
                    .output_tokens_est = 70,
                    .ok = true});
  const PhaseFigures figures = sums.figures(2);
  EXPECT_EQ(figures.req_per_s, 1);
  EXPECT_EQ(figures.input_tokens_per_s_est, 278);
  EXPECT_EQ(figures.output_tokens_per_s_est, 67);
  ASSERT_TRUE(figures.ttfc_ms && figures.ttfb_ms && figures.latency_ms);
  EXPECT_EQ(figures.ttfc_ms->p95, 35.6);
  EXPECT_EQ(figures.ttfc_ms->min, 28);
  EXPECT_EQ(figures.ttfc_ms->max, 36);
  EXPECT_EQ(figures.ttfb_ms->p99, 11.98);
  EXPECT_EQ(figures.latency_ms->p90, 118);
  EXPECT_EQ(figures.latency_ms->mean, 110);
  EXPECT_EQ(figures.error_rate, 0);
}

TEST(PhaseSumsTest, NoRequestsHaveNoLatencies) {
  const PhaseFigures figures = PhaseSums().figures(0);
  EXPECT_EQ(figures.total_requests, 0U);
  EXPECT_EQ(figures.req_per_s, 0);
  EXPECT_FALSE(figures.latency_ms);
}

record::CompletionRow served_row(const record::PromptFacts& prompt, const record::CallFacts& call) {
  record::CompletionRow row;
  row.prompt = &prompt;
  row.call = &call;
  row.due = Time(90ms);
  row.sent = Time(100ms);
  row.first_event = Time(105ms);
  row.contents = {Time(110ms), Time(120ms), Time(140ms)};
  row.done = Time(150ms);
  row.status = 200;
  row.prompt_tokens = 8;
  row.completion_tokens = 3;
  row.cached_tokens = 4;
  return row;
}

// What failed is counted by its class, and is in none of our latencies; the harness's have it.
TEST(PhaseSumsTest, NothingThatFailedEntersALatency) {
  const record::PromptFacts prompt;
  const record::CallFacts call{.phase = "main",
                               .params = "{}",
                               .params_sha256 = "",
                               .max_tokens = 3,
                               .stream = true,
                               .record_ttfb = false};
  PhaseSums sums;
  sums.add(served_row(prompt, call));
  record::CompletionRow failed = served_row(prompt, call);
  failed.fault = record::CompletionFault::stall;
  failed.done = Time(9000ms);
  PhaseSums others;
  others.add(failed);
  sums.merge(others);
  const ServedFigures served = sums.served();
  ASSERT_TRUE(served.latency_ms && served.itl_ms && served.tpot_ms && served.ttft_ms);
  EXPECT_EQ(served.latency_ms->max, 50);
  EXPECT_EQ(served.latency_from_due_ms->max, 60);
  EXPECT_EQ(served.send_delay_ms->max, 10);
  EXPECT_EQ(served.ttft_ms->p50, 10);
  EXPECT_EQ(served.itl_ms->max, 20);
  EXPECT_EQ(served.tpot_ms->p50, 15);
  EXPECT_EQ(served.by_fault[static_cast<std::size_t>(record::CompletionFault::stall)], 1U);
  EXPECT_EQ(served.by_fault[0], 1U);
  EXPECT_EQ(served.cached_tokens, 4U);
  EXPECT_EQ(served.with_usage, 1U);
  const PhaseFigures old = sums.figures(1);
  EXPECT_EQ(old.latency_ms->max, 8900);
  EXPECT_EQ(old.error_rate, 0.5);
  EXPECT_EQ(old.error_requests, 1U);
}

TEST(PhaseSumsTest, HistogramsHaveBothLatenciesAndFailuresApart) {
  const StreamRow served;
  StreamRow failed;
  failed.row.fault = record::CompletionFault::stall;
  failed.row.done = at_ms(9100);
  PhaseSums sums;
  sums.add(served.row);
  PhaseSums others;
  others.add(failed.row);
  sums.merge(others);
  const record::DriveLatencies& latencies = sums.latencies();
  EXPECT_EQ(latencies.latency.max(), 50'000'000);
  EXPECT_EQ(latencies.latency_from_due.max(), 60'000'000);
  EXPECT_EQ(latencies.ttft.max(), 10'000'000);
  EXPECT_EQ(latencies.ttft_from_due.max(), 20'000'000);
  EXPECT_EQ(latencies.itl.count(), 2U);
  EXPECT_EQ(latencies.tpot.max(), 15'000'000);
  EXPECT_EQ(latencies.send_delay.count(), 2U);
  EXPECT_EQ(latencies.failed.max(), 9'000'000'000);
  const record::DriveCounts counts = sums.counts();
  EXPECT_EQ(counts.completed, 1U);
  EXPECT_EQ(counts.failed, 1U);
  EXPECT_EQ(counts.completion_tokens, 5U);
  EXPECT_EQ(counts.texts, 6U);
}

// Ranks by hand: of 16 the p50 lies between the 4th and the 13th (0.0106 below, as much above).
TEST(PhaseSumsTest, SixteenRequestsPromiseNoP99) {
  stats::Sample sample;
  for (int value = 1; value <= 16; ++value) sample.add(value);
  const QuantileBounds bounds = bounds_of(sample);
  ASSERT_TRUE(bounds.p50);
  EXPECT_EQ(bounds.p50->low, 4);
  EXPECT_EQ(bounds.p50->high, 13);
  EXPECT_FALSE(bounds.p95);
  EXPECT_FALSE(bounds.p99);
  EXPECT_FALSE(bounds_of(stats::Sample()).p50);
}

TEST(PhaseSumsTest, PeersOfPhasesMergeIntoASumThatHadNone) {
  const StreamRow one;
  const std::vector<Peer> peers = {Peer::sglang, Peer::guidellm};
  PhaseSums phase(peers, {});
  phase.add(one.row);
  PhaseSums overall;
  overall.merge(phase);
  overall.merge(phase);
  ASSERT_EQ(overall.peers().size(), 2U);
  EXPECT_EQ(overall.peers()[1].figures(1).peer, Peer::guidellm);
  EXPECT_EQ(overall.peers()[1].figures(1).completed, 2U);
  EXPECT_EQ(overall.profile().completed(), 2U);
}

}  // namespace
}  // namespace spillway::analysis
