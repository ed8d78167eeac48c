// SPDX-License-Identifier: Apache-2.0
#include "record/completion_row.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "text/json_reader.h"

namespace spillway::record {
namespace {

using std::chrono_literals::operator""ms;

const PromptFacts kPrompt{.id = "main-00001",
                          .set = "short",
                          .target_tokens = 512,
                          .tokens_est = 500,
                          .sha256 = "aa",
                          .metadata = R"({"workload":"w"})",
                          .prefix_hash = "bb",
                          .session_id = "s1",
                          .session_turn_index = 2};

CallFacts call(bool stream, bool ttfb = true) {
  return {.phase = "main",
          .params = R"({"max_tokens":4})",
          .params_sha256 = "cc",
          .max_tokens = 4,
          .stream = stream,
          .record_ttfb = ttfb};
}

// Sent at 100 ms, 5 ms after it was due.
CompletionRow row_of(const CallFacts& call) {
  CompletionRow row;
  row.prompt = &kPrompt;
  row.call = &call;
  row.identity_sha256 = "dd";
  row.payload_sha256 = "ee";
  row.index = 7;
  row.worker = 1;
  row.start = UtcTime(std::chrono::seconds(1'771'416'900));
  row.due = Time(95ms);
  row.sent = Time(100ms);
  row.head = Time(110ms);
  row.first_body = Time(120ms);
  row.first_event = Time(130ms);
  row.contents = {Time(140ms), Time(150ms)};
  row.done = Time(160ms);
  row.status = 200;
  row.first_event_type = "delta";
  row.text = "h\u00e9llo";
  row.output_tokens_est = 1;
  return row;
}

TEST(CompletionRowTest, AStreamsFirstEventIsItsTtfcAndItsFirstTextIsOurs) {
  const CallFacts facts = call(true);
  const CompletionTimes times = times_of(row_of(facts));
  EXPECT_EQ(times.latency_ms, 60);
  EXPECT_EQ(times.ttfb_ms, 10);
  EXPECT_EQ(times.ttfc_ms, 30);
  EXPECT_EQ(times.ttft_ms, 30);
  EXPECT_EQ(times.ttft_content_ms, 40);
}

TEST(CompletionRowTest, WhatNeverCameIsAsLateAsTheEnd) {
  const CallFacts facts = call(true);
  CompletionRow row = row_of(facts);
  row.first_event.reset();
  row.contents.clear();
  EXPECT_EQ(times_of(row).ttfc_ms, 20);
  EXPECT_EQ(first_event_type_of(row), "chunk");
  row.first_body.reset();
  EXPECT_EQ(times_of(row).ttfc_ms, 10);
  EXPECT_EQ(first_event_type_of(row), "headers");
  const CallFacts without = call(true, false);
  row.call = &without;
  EXPECT_EQ(times_of(row).ttfc_ms, 60);
  EXPECT_EQ(times_of(row).ttfb_ms, std::nullopt);
  EXPECT_EQ(times_of(row).ttft_content_ms, std::nullopt);
  EXPECT_EQ(first_event_type_of(row), "response_end");
}

TEST(CompletionRowTest, OfAWholeAnswerTheFirstBytesCount) {
  const CallFacts facts = call(false);
  CompletionRow row = row_of(facts);
  EXPECT_EQ(times_of(row).ttft_ms, 20);
  EXPECT_EQ(times_of(row).ttfc_ms, std::nullopt);
  EXPECT_EQ(first_event_type_of(row), "");
  row.first_body.reset();
  EXPECT_EQ(times_of(row).ttft_ms, 10);
  row.head.reset();
  EXPECT_EQ(times_of(row).ttft_ms, 60);
}

TEST(CompletionRowTest, OnlyAnAnswerIsOk) {
  const CallFacts facts = call(true);
  CompletionRow row = row_of(facts);
  EXPECT_TRUE(row.ok());
  row.fault = CompletionFault::stall;
  EXPECT_FALSE(row.ok());
  row.fault = CompletionFault::none;
  row.status = 0;
  EXPECT_FALSE(row.ok());
}

TEST(CompletionRowTest, ALineHasTheHarnesssKeysSorted) {
  const CallFacts facts = call(true);
  CompletionRow row = row_of(facts);
  row.header_hints = {{"x-request-id", "r"}};
  row.cached_tokens = 3;
  const text::JsonValue line = text::parse_json(to_json_line(row), "line");
  std::vector<std::string> keys;
  for (const auto& [key, value] : line.members()) keys.push_back(key);
  EXPECT_TRUE(std::ranges::is_sorted(keys));
  for (const char* const key : {"request_index",
                                "phase",
                                "worker_idx",
                                "start_ts",
                                "end_ts",
                                "request_start_ts",
                                "request_end_ts",
                                "latency_ms",
                                "ttft_ms",
                                "ttfc_ms",
                                "ttfb_ms",
                                "status_code",
                                "http_status",
                                "request_id",
                                "response_id",
                                "prompt_id",
                                "prompt_set",
                                "prompt_target_tokens",
                                "prompt_tokens_est",
                                "prompt_sha256",
                                "generation_params",
                                "generation_params_sha256",
                                "request_identity_sha256",
                                "request_payload_sha256",
                                "output_len_chars",
                                "output_tokens_est",
                                "error",
                                "stream",
                                "stream_first_event_type",
                                "stream_error",
                                "response_path",
                                "response_header_hints",
                                "max_tokens_effective",
                                "prompt_metadata",
                                "prefix_hash",
                                "session_id",
                                "session_turn_index"}) {
    EXPECT_NE(line.find(key), nullptr) << key;
  }
  EXPECT_EQ(line.at("end_ts").as_string(), "2026-02-18T12:15:00.060+00:00");
  EXPECT_EQ(line.at("output_len_chars").as_uint(), 5U);
  EXPECT_EQ(line.at("send_delay_ms").as_double(), 5);
  EXPECT_EQ(line.at("latency_from_due_ms").as_double(), 65);
  EXPECT_EQ(line.at("cached_tokens").as_uint(), 3U);
  EXPECT_TRUE(line.at("error").is_null());
  EXPECT_TRUE(line.at("request_id").is_null());
  EXPECT_EQ(line.at("token_offsets_ms").elements().size(), 2U);
}

TEST(CompletionRowTest, AFailureHasItsClassAndAStreamsIsItsErrorToo) {
  const CallFacts facts = call(true);
  CompletionRow row = row_of(facts);
  row.fault = CompletionFault::timeout;
  row.error = "no whole answer";
  const text::JsonValue line = text::parse_json(to_json_line(row), "line");
  EXPECT_EQ(line.at("error_class").as_string(), "timeout");
  EXPECT_EQ(line.at("error").as_string(), "no whole answer");
  EXPECT_EQ(line.at("stream_error").as_string(), "no whole answer");
}

}  // namespace
}  // namespace spillway::record
