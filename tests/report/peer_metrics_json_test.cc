// SPDX-License-Identifier: Apache-2.0
#include "report/peer_metrics_json.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/analysis/stream_row.h"
#include "text/json_reader.h"

namespace spillway::report {
namespace {

text::JsonValue written(const analysis::DriveOverall& overall) {
  text::JsonWriter json;
  json.begin_object();
  write_peer_metrics(json, overall);
  json.end_object();
  return text::parse_json(json.text(), "summary");
}

TEST(PeerMetricsJsonTest, EachPeerHasItsFiguresWithTheirDefinitions) {
  const std::vector<analysis::Peer> peers = {analysis::Peer::vllm, analysis::Peer::guidellm};
  const analysis::StreamRow one;
  analysis::DriveOverall overall{.sums = analysis::PhaseSums(peers, {}), .duration_s = 2};
  overall.sums.add(one.row);
  const text::JsonValue all = written(overall).at("metrics_as");
  ASSERT_EQ(all.members().size(), 2U);
  const text::JsonValue& vllm = all.at("vllm");
  EXPECT_EQ(vllm.at("completed").as_uint(), 1U);
  EXPECT_EQ(vllm.at("throughput").at("output_tokens_per_s").as_double(), 2.5);
  EXPECT_EQ(vllm.at("ttft_ms").at("mean").as_double(), 5);
  EXPECT_EQ(vllm.at("ttft_ms").at("definition").as_string(),
            definition_of(analysis::Peer::vllm, analysis::PeerMetric::ttft));
  EXPECT_EQ(all.at("guidellm").at("tpot_ms").at("count").as_uint(), 5U);
}

TEST(PeerMetricsJsonTest, WithoutPeersThereIsNothing) {
  EXPECT_TRUE(written(analysis::DriveOverall()).members().empty());
}

TEST(PeerMetricsJsonTest, WhatHasNoValueHasItsDefinitionAlone) {
  const std::vector<analysis::Peer> peers = {analysis::Peer::aiperf};
  const analysis::DriveOverall overall{.sums = analysis::PhaseSums(peers, {})};
  const text::JsonValue aiperf = written(overall).at("metrics_as").at("aiperf");
  EXPECT_EQ(aiperf.at("itl_ms").members().size(), 1U);
  EXPECT_TRUE(aiperf.at("throughput").at("requests_per_s").is_null());
}

}  // namespace
}  // namespace spillway::report
