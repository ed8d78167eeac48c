// SPDX-License-Identifier: Apache-2.0
#include "record/profile_row.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "text/json_reader.h"

namespace spillway::record {
namespace {

using std::chrono_literals::operator""ms;
using testing::ElementsAre;
using text::JsonValue;

class ProfileRowTest : public testing::Test {
 protected:
  ProfileRowTest() {
    call_.phase = "main";
    call_.stream = true;
    row_.prompt = &prompt_;
    row_.call = &call_;
    row_.index = 3;
    row_.worker = 2;
    row_.start = UtcTime(std::chrono::seconds(1'700'000'000));
    row_.due = Time(90ms);
    row_.sent = Time(100ms);
    row_.head = Time(104ms);
    row_.contents = {Time(110ms), Time(120ms), Time(140ms)};
    row_.done = Time(150ms);
    row_.status = 200;
    row_.prompt_tokens = 20;
    row_.completion_tokens = 5;
    row_.cached_tokens = 16;
    row_.output_tokens_est = 4;
  }

  JsonValue line() const { return text::parse_json(to_profile_line(row_), "line"); }

  PromptFacts prompt_{.id = "p-1",
                      .set = "short",
                      .tokens_est = 18,
                      .sha256 = "",
                      .metadata = "",
                      .prefix_hash = "",
                      .session_id = ""};
  CallFacts call_{.phase = "", .params = "", .params_sha256 = ""};
  CompletionRow row_;
};

// By hand: sent at 100, texts at 110, 120 and 140, five tokens.
TEST_F(ProfileRowTest, ValuesAreThoseOfAiperfsFormulas) {
  using enum ProfileMetric;
  const ProfileValues values = profile_values(row_);
  EXPECT_EQ(values.of(time_to_first_token), 10);
  EXPECT_EQ(values.of(time_to_second_token), 10);
  EXPECT_EQ(values.of(request_latency), 40) << "to the last text, not the end of the stream";
  EXPECT_EQ(values.of(effective_latency), 50);
  EXPECT_EQ(values.of(decode_duration), 30);
  EXPECT_EQ(values.of(inter_token_latency), 7.5) << "30 / (5 - 1)";
  EXPECT_DOUBLE_EQ(*values.of(output_token_throughput_per_user), 1000 / 7.5);
  EXPECT_EQ(values.of(e2e_output_token_throughput), 125) << "5 / 0.04 s";
  EXPECT_EQ(values.of(prefill_throughput_per_user), 2000) << "20 / 0.01 s";
  EXPECT_EQ(values.of(input_sequence_length), 20);
  EXPECT_EQ(values.of(output_sequence_length), 5);
  EXPECT_EQ(values.of(output_token_count), 4);
  EXPECT_EQ(values.of(usage_prompt_cache_read_tokens), 16);
  EXPECT_THAT(chunk_gaps_ms(row_), ElementsAre(10, 20));
}

TEST_F(ProfileRowTest, WithoutTheServersCountsOurTokenizersServe) {
  row_.prompt_tokens.reset();
  row_.completion_tokens.reset();
  const ProfileValues values = profile_values(row_);
  EXPECT_EQ(values.of(ProfileMetric::inter_token_latency), 10) << "30 / (4 - 1)";
  EXPECT_EQ(values.of(ProfileMetric::input_sequence_length), 18);
  EXPECT_FALSE(values.of(ProfileMetric::usage_prompt_tokens));
}

TEST_F(ProfileRowTest, AWholeAnswerHasALatencyAndNoTokensTimes) {
  call_.stream = false;
  row_.contents.clear();
  const ProfileValues values = profile_values(row_);
  EXPECT_EQ(values.of(ProfileMetric::request_latency), 50);
  EXPECT_FALSE(values.of(ProfileMetric::time_to_first_token));
  EXPECT_FALSE(values.of(ProfileMetric::inter_token_latency));
  EXPECT_TRUE(line().at("metadata").at("request_ack_ns").is_null());
}

TEST_F(ProfileRowTest, AStreamWithoutTextHasNoLatency) {
  row_.contents.clear();
  EXPECT_FALSE(profile_values(row_).of(ProfileMetric::request_latency));
}

TEST_F(ProfileRowTest, ALineHasMetadataAndValuesWithUnits) {
  const JsonValue one = line();
  const JsonValue& metadata = one.at("metadata");
  EXPECT_EQ(metadata.at("session_num").as_uint(), 2U);
  EXPECT_EQ(metadata.at("conversation_id").as_string(), "p-1");
  EXPECT_TRUE(metadata.at("x_request_id").is_null());
  EXPECT_EQ(metadata.at("request_start_ns").as_uint(), 1'700'000'000'000'000'000U);
  EXPECT_EQ(metadata.at("request_ack_ns").as_uint(), 1'700'000'000'004'000'000U);
  EXPECT_EQ(metadata.at("request_end_ns").as_uint(), 1'700'000'000'050'000'000U);
  EXPECT_EQ(metadata.at("benchmark_phase").as_string(), "profiling");
  EXPECT_FALSE(metadata.at("was_cancelled").as_bool());
  EXPECT_TRUE(one.at("error").is_null());
  const JsonValue& metrics = one.at("metrics");
  EXPECT_EQ(metrics.at("time_to_first_token").at("value").as_double(), 10);
  EXPECT_EQ(metrics.at("time_to_first_token").at("unit").as_string(), "ms");
  EXPECT_EQ(metrics.at("inter_chunk_latency").at("value").elements().size(), 2U);
  EXPECT_EQ(metrics.members().size(), kProfileMetrics.size());
}

TEST_F(ProfileRowTest, AFailureIsAnErrorWithoutALatency) {
  row_.fault = CompletionFault::http_5xx;
  row_.status = 503;
  row_.error = "busy";
  const JsonValue one = line();
  ASSERT_EQ(one.at("metrics").members().size(), 1U);
  EXPECT_EQ(one.at("metrics").at("error_isl").at("value").as_uint(), 18U);
  EXPECT_EQ(one.at("error").at("code").as_uint(), 503U);
  EXPECT_EQ(one.at("error").at("type").as_string(), "http_5xx");
  EXPECT_EQ(one.at("error").at("message").as_string(), "busy");
}

TEST_F(ProfileRowTest, WhatTheEndOfTheRunCutShortWasCancelled) {
  call_.measured = false;
  row_.fault = CompletionFault::stopped;
  row_.status = 0;
  const JsonValue one = line();
  EXPECT_TRUE(one.at("metadata").at("was_cancelled").as_bool());
  EXPECT_EQ(one.at("metadata").at("cancellation_time_ns").as_uint(),
            one.at("metadata").at("request_end_ns").as_uint());
  EXPECT_EQ(one.at("metadata").at("benchmark_phase").as_string(), "warmup");
  EXPECT_TRUE(one.at("error").at("code").is_null());
}

}  // namespace
}  // namespace spillway::record
