// SPDX-License-Identifier: Apache-2.0
#include "analysis/peer_sums.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/analysis/stream_row.h"

namespace spillway::analysis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<double> ms_of(Peer peer, const record::CompletionRow& row, PeerMetric metric) {
  std::vector<double> all;
  PeerValues values = peer_values(peer, row);
  for (const PeerValue& value : values.of(metric)) all.push_back(value.ms);
  return all;
}

struct Known {
  Peer peer;
  std::vector<double> ttft;
  std::vector<double> itl;
  std::vector<double> tpot;
  std::vector<double> e2e;
};

// By hand, of StreamRow: role 105, texts 110, 120, 140, end 145, stream 150; sent 100; 5 tokens.
TEST(PeerSumsTest, OneAnswerHasEachToolsOwnFigures) {
  const StreamRow stream;
  for (const Known& known : {
           Known{Peer::vllm, {5}, {5, 10, 20, 5}, {10}, {45}},  // (45 - 5) / 4
           Known{Peer::sglang, {10}, {10, 20}, {10}, {50}},     // (50 - 10) / 4
           Known{Peer::genai_perf, {10}, {7.5}, {7.5}, {40}},   // (40 - 10) / 4
           Known{Peer::aiperf, {10}, {7.5}, {7.5}, {40}},       // the same
           Known{Peer::guidellm, {10}, {7.5}, {8}, {50}},       // (140 - 110) / 4, 40 / 5
       }) {
    SCOPED_TRACE(name_of(known.peer));
    EXPECT_EQ(ms_of(known.peer, stream.row, PeerMetric::ttft), known.ttft);
    EXPECT_EQ(ms_of(known.peer, stream.row, PeerMetric::itl), known.itl);
    EXPECT_EQ(ms_of(known.peer, stream.row, PeerMetric::tpot), known.tpot);
    EXPECT_EQ(ms_of(known.peer, stream.row, PeerMetric::e2e), known.e2e);
  }
}

// Several tokens in one chunk: AIPerf has an ITL of nothing, GenAI-Perf none.
TEST(PeerSumsTest, AnAnswerOfOneChunkTellsGenaiPerfFromAiperf) {
  StreamRow stream;
  stream.row.contents = {at_ms(110)};
  EXPECT_THAT(ms_of(Peer::aiperf, stream.row, PeerMetric::itl), ElementsAre(0));
  EXPECT_THAT(ms_of(Peer::genai_perf, stream.row, PeerMetric::itl), IsEmpty());
  EXPECT_THAT(ms_of(Peer::genai_perf, stream.row, PeerMetric::e2e), ElementsAre(10));
}

TEST(PeerSumsTest, WithoutTheServersCountEachTakesItsOwn) {
  StreamRow stream;
  stream.row.completion_tokens.reset();
  EXPECT_THAT(ms_of(Peer::sglang, stream.row, PeerMetric::tpot), ElementsAre(8)) << "40 / (6 - 1)";
  EXPECT_THAT(ms_of(Peer::aiperf, stream.row, PeerMetric::tpot), ElementsAre(10)) << "30 / (4 - 1)";
}

TEST(PeerSumsTest, OfOneTokenThereIsNoMean) {
  StreamRow stream;
  stream.row.contents = {at_ms(110)};
  stream.row.completion_tokens = 1;
  for (std::size_t i = 0; i < kPeerNames.size(); ++i) {
    const auto peer = static_cast<Peer>(i);
    const bool counts_first = peer == Peer::guidellm;
    EXPECT_EQ(ms_of(peer, stream.row, PeerMetric::tpot).size(), counts_first ? 1U : 0U)
        << name_of(peer);
  }
}

TEST(PeerSumsTest, AWholeAnswerHasOnlyALatency) {
  StreamRow stream;
  stream.call.stream = false;
  stream.row.contents.clear();
  stream.row.textless.clear();
  EXPECT_THAT(ms_of(Peer::vllm, stream.row, PeerMetric::e2e), ElementsAre(50));
  EXPECT_THAT(ms_of(Peer::vllm, stream.row, PeerMetric::ttft), IsEmpty());
}

// A second answer of two tokens: texts 20 ms apart, sent at 200. GuideLLM weighs by tokens.
void make_second(StreamRow& stream) {
  stream.row.sent = at_ms(200);
  stream.row.textless.clear();
  stream.row.contents = {at_ms(230), at_ms(250)};
  stream.row.done = at_ms(260);
  stream.row.completion_tokens = 2;
}

TEST(PeerSumsTest, PercentilesAreByEachToolsMethod) {
  const StreamRow first;
  StreamRow second;
  make_second(second);
  const auto both = [&](Peer peer) {
    PeerSums sums(peer);
    PeerSums others(peer);
    sums.add(first.row);
    others.add(second.row);
    sums.merge(others);
    return sums;
  };
  const PeerSums vllm = both(Peer::vllm);
  const PeerSums guidellm = both(Peer::guidellm);
  const PeerFigures by_vllm = vllm.figures(2);
  ASSERT_TRUE(by_vllm.metrics[0] && by_vllm.metrics[1]);
  EXPECT_EQ(by_vllm.metrics[0]->mean, 17.5);
  EXPECT_EQ(by_vllm.metrics[0]->p50, 17.5) << "between 5 and 30";
  EXPECT_EQ(by_vllm.metrics[0]->p90, 27.5);
  EXPECT_EQ(by_vllm.metrics[1]->count, 5U);
  EXPECT_EQ(by_vllm.metrics[0]->quantile_error, 0);
  EXPECT_EQ(by_vllm.requests_per_s, 1);
  EXPECT_EQ(by_vllm.output_tokens_per_s, 3.5);
  // ITL 7.5 of four gaps and 20 of one; TPOT 8 of five tokens and 25 of two.
  const PeerFigures by_guidellm = guidellm.figures(2);
  ASSERT_TRUE(by_guidellm.metrics[1] && by_guidellm.metrics[2]);
  EXPECT_EQ(by_guidellm.metrics[1]->count, 5U);
  EXPECT_EQ(by_guidellm.metrics[1]->mean, 10) << "(4 x 7.5 + 20) / 5";
  EXPECT_NEAR(by_guidellm.metrics[1]->p50, 7.5, 7.5 * kHistogramError);
  EXPECT_EQ(by_guidellm.metrics[1]->p90, 20);
  EXPECT_DOUBLE_EQ(by_guidellm.metrics[2]->mean, 90.0 / 7);
  EXPECT_EQ(by_guidellm.metrics[1]->quantile_error, kHistogramError);
}

// From the first request to the last text, 100 to 250.
TEST(PeerSumsTest, RatesOfAiperfAreOverTheRequestsOwnSpan) {
  const StreamRow first;
  StreamRow second;
  make_second(second);
  PeerSums sums(Peer::aiperf);
  sums.add(first.row);
  sums.add(second.row);
  const PeerFigures figures = sums.figures(100);
  EXPECT_DOUBLE_EQ(figures.duration_s, 0.15);
  EXPECT_DOUBLE_EQ(*figures.output_tokens_per_s, 7 / 0.15);
}

TEST(PeerSumsTest, FailuresAndStreamsWithoutTextAreInNoLatency) {
  StreamRow failed;
  failed.row.fault = record::CompletionFault::cut;
  StreamRow silent;
  silent.row.contents.clear();
  silent.row.textless.clear();
  PeerSums sums(Peer::vllm);
  sums.add(failed.row);
  sums.add(silent.row);
  const PeerFigures figures = sums.figures(1);
  EXPECT_EQ(figures.failed, 2U);
  EXPECT_EQ(figures.completed, 0U);
  for (const auto& metric : figures.metrics) EXPECT_FALSE(metric);
}

TEST(PeerSumsTest, EveryDefinitionStandsInTheDocument) {
  std::ifstream file(std::string(SPILLWAY_SOURCE_DIR) + "/docs/metrics.md");
  const std::string document(std::istreambuf_iterator<char>(file), {});
  for (std::size_t peer = 0; peer < kPeerNames.size(); ++peer) {
    for (std::size_t metric = 0; metric < kPeerMetrics; ++metric) {
      EXPECT_THAT(document, HasSubstr(definition_of(static_cast<Peer>(peer),
                                                    static_cast<PeerMetric>(metric))));
    }
  }
}

}  // namespace
}  // namespace spillway::analysis
