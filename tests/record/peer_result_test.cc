// SPDX-License-Identifier: Apache-2.0
#include "record/peer_result.h"

#include <gtest/gtest.h>

#include <string>

#include "core/error.h"

namespace spillway::record {
namespace {

using enum ServingFigure;

const std::string kData = SPILLWAY_SOURCE_DIR "/tests/data/peers/";

ServingResult parsed(const std::string& text) {
  return read_peer_result(text::parse_json(text, "peer.json"));
}

ServingResult from_file(const std::string& name) {
  return read_peer_result(text::read_json(kData + name));
}

std::string fault(const std::string& text) {
  try {
    parsed(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

void expect_latencies(const ServingResult& result) {
  EXPECT_EQ(result.of(ttft_mean_ms), 50);
  EXPECT_EQ(result.of(ttft_p50_ms), 40);
  EXPECT_EQ(result.of(ttft_p95_ms), 110);
  EXPECT_EQ(result.of(ttft_p99_ms), 160);
  EXPECT_EQ(result.of(end_to_end_mean_ms), 2450);
  EXPECT_EQ(result.of(end_to_end_p50_ms), 2400);
  EXPECT_EQ(result.of(end_to_end_p95_ms), 3300);
  EXPECT_EQ(result.of(end_to_end_p99_ms), 3700);
}

TEST(PeerResult, ReadsVllmBenchServe) {
  const ServingResult result = from_file("vllm_serve.json");
  EXPECT_EQ(result.format, ResultFormat::vllm_serve);
  EXPECT_EQ(result.of(requests_per_s), 4);
  EXPECT_EQ(result.of(output_tokens_per_s), 800);
  EXPECT_EQ(result.of(total_tokens_per_s), 1680);
  EXPECT_FALSE(result.of(token_hit_ratio).has_value()) << "vLLM's client sees no cache";
  expect_latencies(result);
  EXPECT_TRUE(result.remarks.empty());
}

// As written without --percentile-metrics e2el, but with the lists. Of 1, 2, 3, 4 s the 95th
// percentile lies at rank 2.85: 3.85 s.
TEST(PeerResult, TakesWhatVllmsSummaryLeavesOutFromItsLists) {
  const std::string text =
      R"({"duration": 10, "completed": 4, "failed": 0, "request_throughput": 0.4,
          "mean_ttft_ms": 7, "median_ttft_ms": 6, "p99_ttft_ms": 9,
          "latencies": [4, 1, 3, 2]})";
  const ServingResult result = parsed(text);
  EXPECT_EQ(result.of(ttft_mean_ms), 7);
  EXPECT_EQ(result.of(ttft_p50_ms), 6);
  EXPECT_FALSE(result.of(ttft_p95_ms).has_value());
  EXPECT_EQ(result.of(end_to_end_mean_ms), 2500);
  EXPECT_EQ(result.of(end_to_end_p50_ms), 2500);
  EXPECT_NEAR(result.of(end_to_end_p95_ms).value_or(0), 3850, 1e-9);
  EXPECT_NEAR(result.of(end_to_end_p99_ms).value_or(0), 3970, 1e-9);
}

TEST(PeerResult, TakesNothingFromListsWithFailedRequests) {
  const ServingResult result =
      parsed(R"({"duration": 10, "completed": 1, "failed": 1, "request_throughput": 0.1,
                 "latencies": [4, 0]})");
  EXPECT_FALSE(result.of(end_to_end_mean_ms).has_value());
  ASSERT_EQ(result.remarks.size(), 1U);
  EXPECT_EQ(result.remarks.front(), "1 requests failed and are in no latency");
}

TEST(PeerResult, ALatencyOfZeroWasNotMeasured) {
  const ServingResult result =
      parsed(R"({"duration": 10, "completed": 1, "request_throughput": 0.1, "mean_ttft_ms": 0.0,
                 "ttfts": [0]})");
  EXPECT_FALSE(result.of(ttft_mean_ms).has_value());
}

TEST(PeerResult, ReadsVllmBenchThroughput) {
  const ServingResult result = from_file("vllm_throughput.json");
  EXPECT_EQ(result.format, ResultFormat::vllm_throughput);
  EXPECT_EQ(result.of(requests_per_s), 25);
  EXPECT_EQ(result.of(total_tokens_per_s), 10500);
  EXPECT_FALSE(result.of(output_tokens_per_s).has_value()) << "tokens_per_second has the prompts";
}

TEST(PeerResult, ReadsAiperf) {
  const ServingResult result = from_file("aiperf.json");
  EXPECT_EQ(result.format, ResultFormat::aiperf);
  EXPECT_EQ(result.of(requests_per_s), 4);
  EXPECT_EQ(result.of(output_tokens_per_s), 800);
  EXPECT_EQ(result.of(total_tokens_per_s), 1680);
  EXPECT_EQ(result.of(token_hit_ratio), 0.625);
  expect_latencies(result);
}

TEST(PeerResult, TheUnitBesideAValueDecides) {
  const ServingResult result = parsed(
      R"({"request_latency": {"unit": "sec", "avg": 2.5, "p50": 2}, "was_cancelled": true})");
  EXPECT_EQ(result.of(end_to_end_mean_ms), 2500);
  EXPECT_EQ(result.of(end_to_end_p50_ms), 2000);
  EXPECT_EQ(result.remarks.size(), 1U);
  const std::string odd = fault(R"({"request_latency": {"unit": "ticks", "avg": 2.5}})");
  EXPECT_NE(odd.find("request_latency.unit: expected one of ms, sec"), std::string::npos) << odd;
}

TEST(PeerResult, ReadsTheMlperfBenchmark) {
  const ServingResult result = from_file("mlperf.json");
  EXPECT_EQ(result.format, ResultFormat::mlperf);
  EXPECT_EQ(result.of(requests_per_s), 4.575);
  EXPECT_EQ(result.of(output_tokens_per_s), 366);
  EXPECT_EQ(result.of(end_to_end_p95_ms), 9000);
  EXPECT_EQ(result.of(hit_ratio_with_own_reads), 0.93) << "its hits have the reads of decode";
  EXPECT_FALSE(result.of(hit_ratio).has_value());
}

TEST(PeerResult, TakesBothHitRatiosOfAFileOfOurOwn) {
  const ServingResult result = parsed(
      R"({"requests_completed": 1, "summary": {"requests_per_second": 1,
          "avg_throughput_tokens_per_sec": 2, "end_to_end_latency_ms": {"mean": 3},
          "cache_stats": {"cache_hit_rate": 0.4, "cache_hit_rate_reuse": 0.4,
                          "cache_hit_rate_including_decode_reads": 0.8}}})");
  EXPECT_EQ(result.of(hit_ratio), 0.4);
  EXPECT_EQ(result.of(hit_ratio_with_own_reads), 0.8);
}

TEST(PeerResult, SaysWhatItLookedForInAnUnknownFormat) {
  for (const char* const text : {"{}", "[]", R"({"request_throughput": 3})",
                                 R"({"requests_completed": 0})", R"({"summary": {}})"}) {
    const std::string why = fault(text);
    EXPECT_NE(why.find("expected a result of a known format"), std::string::npos) << why;
    EXPECT_NE(why.find("vllm bench serve"), std::string::npos) << why;
  }
}

TEST(PeerResult, RefusesAResultWithoutACompletedRequest) {
  const std::string serve = fault(R"({"request_throughput": 0, "duration": 1, "completed": 0})");
  EXPECT_NE(serve.find("peer.json: completed: expected a run in which"), std::string::npos)
      << serve;
  const std::string offline =
      fault(R"({"tokens_per_second": 0, "elapsed_time": 1, "num_requests": 0})");
  EXPECT_NE(offline.find("num_requests"), std::string::npos) << offline;
  const std::string mlperf = fault(R"({"requests_completed": 0, "summary": {}})");
  EXPECT_NE(mlperf.find("requests_completed"), std::string::npos) << mlperf;
}

TEST(PeerResult, NamesTheKeyThatIsWrong) {
  const std::string text =
      fault(R"({"request_throughput": 1, "duration": 1, "completed": 1, "mean_ttft_ms": "5"})");
  EXPECT_NE(text.find("peer.json: mean_ttft_ms: expected a number"), std::string::npos) << text;
  const std::string negative =
      fault(R"({"request_throughput": -1, "duration": 1, "completed": 1})");
  EXPECT_NE(negative.find("request_throughput: expected a number that is not negative"),
            std::string::npos)
      << negative;
  const std::string missing = fault(R"({"requests_completed": 1, "summary": {}})");
  EXPECT_NE(missing.find("requests_per_second"), std::string::npos) << missing;
}

}  // namespace
}  // namespace spillway::record
