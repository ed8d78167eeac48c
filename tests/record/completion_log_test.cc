// SPDX-License-Identifier: Apache-2.0
#include "record/completion_log.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "core/error.h"
#include "kv/estimator.h"
#include "tests/text/temporary_directory.h"
#include "text/json_reader.h"

namespace spillway::record {
namespace {

class CompletionLogTest : public testing::TestWithParam<bool> {
 protected:
  CompletionRow row(std::uint64_t index, std::string text) const {
    CompletionRow row;
    row.prompt = &prompt_;
    row.call = &call_;
    row.index = index;
    row.status = 200;
    row.text = std::move(text);
    return row;
  }

  std::vector<text::JsonValue> lines() const {
    std::vector<text::JsonValue> all;
    std::ifstream file(directory_.file("requests.jsonl"));
    for (std::string line; std::getline(file, line);) all.push_back(text::parse_json(line, "line"));
    return all;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<kv::Tokenizer> tokenizer_ = kv::make_estimator();
  PromptFacts prompt_{.id = "A/../1",
                      .set = "short",
                      .sha256 = "",
                      .metadata = "",
                      .prefix_hash = "",
                      .session_id = ""};
  CallFacts call_{.phase = "re play", .params = "{}", .params_sha256 = ""};
};

TEST_P(CompletionLogTest, WritesLinesAndHandsRowsOn) {
  std::filesystem::create_directory(directory_.file("responses"));
  std::uint64_t tokens = 0;
  CompletionLog log(directory_.file("requests.jsonl"), *tokenizer_,
                    {.responses = directory_.file("responses"), .threaded = GetParam()},
                    [&](const CompletionRow& row) { tokens += row.output_tokens_est; });
  for (std::uint64_t i = 1; i <= 100; ++i) log.add(row(i, "two words"));
  log.add(row(101, ""));
  log.drain();
  EXPECT_EQ(tokens, 200U);
  const auto written = lines();
  ASSERT_EQ(written.size(), 101U);
  EXPECT_EQ(written[6].at("request_index").as_uint(), 7U);
  EXPECT_EQ(written[6].at("output_tokens_est").as_uint(), 2U);
  const std::string path = written[6].at("response_path").as_string();
  EXPECT_EQ(path, "responses/re_play_000007_A_.._1.txt");
  std::ifstream file(directory_.file(path));
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "two words");
  EXPECT_TRUE(written[100].at("response_path").is_null());
}

// 64-KiB texts fill buffers, which go by way of the spool.
TEST_P(CompletionLogTest, RowsOfSeveralBuffersStayInOrderPhaseByPhase) {
  std::vector<std::uint64_t> seen;
  CompletionLog log(directory_.file("requests.jsonl"), *tokenizer_,
                    {.responses = "", .threaded = GetParam()},
                    [&](const CompletionRow& row) { seen.push_back(row.index); });
  const std::string text(64U << 10U, 'x');
  for (std::uint64_t i = 1; i <= 50; ++i) log.add(row(i, text));
  log.drain();
  for (std::uint64_t i = 51; i <= 90; ++i) log.add(row(i, text));
  log.drain();
  ASSERT_EQ(seen.size(), 90U);
  const auto written = lines();
  ASSERT_EQ(written.size(), 90U);
  for (std::uint64_t i = 1; i <= 90; ++i) {
    EXPECT_EQ(seen[i - 1], i);
    EXPECT_EQ(written[i - 1].at("request_index").as_uint(), i);
  }
  EXPECT_FALSE(std::filesystem::exists(directory_.file("requests.jsonl.spool")));
}

INSTANTIATE_TEST_SUITE_P(Threads, CompletionLogTest, testing::Bool());

TEST_F(CompletionLogTest, AFileOfThatNameIsNotOverwritten) {
  std::ofstream(directory_.file("requests.jsonl")) << "mine";
  EXPECT_THROW(CompletionLog(directory_.file("requests.jsonl"), *tokenizer_, {}, {}), Error);
}

TEST_F(CompletionLogTest, WhatCannotBeWrittenIsSaid) {
  CompletionLog log(directory_.file("requests.jsonl"), *tokenizer_,
                    {.responses = directory_.file("missing"), .threaded = false},
                    [](const CompletionRow&) {});
  log.add(row(1, "text"));
  EXPECT_THROW(log.drain(), Error);
}

// Each row becomes a line of the profile as it is rendered; the file has its name once it is whole.
TEST_P(CompletionLogTest, TheProfileHasItsNameOnceItIsWhole) {
  const std::string path = directory_.file("profile_export.jsonl");
  CompletionLog log(directory_.file("requests.jsonl"), *tokenizer_,
                    {.responses = "", .profile = path, .threaded = GetParam()},
                    [](const CompletionRow&) {});
  const std::string text(64U << 10U, 'x');
  for (std::uint64_t i = 1; i <= 40; ++i) log.add(row(i, text));
  log.drain();
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(std::filesystem::exists(path + ".part"));
  log.add(row(41, "two words"));
  log.finish();
  EXPECT_FALSE(std::filesystem::exists(path + ".part"));
  std::ifstream file(path);
  std::uint64_t count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    const text::JsonValue one = text::parse_json(line, "line");
    EXPECT_EQ(one.at("metadata").at("session_num").as_uint(), count);
    EXPECT_TRUE(one.at("error").is_null());
  }
  EXPECT_EQ(count, 41U);
}

TEST_F(CompletionLogTest, AProfileThatIsNotFinishedLeavesNothing) {
  const std::string path = directory_.file("profile_export.jsonl");
  {
    const CompletionLog log(directory_.file("requests.jsonl"), *tokenizer_,
                            {.responses = "", .profile = path}, {});
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_FALSE(std::filesystem::exists(path + ".part"));
}

}  // namespace
}  // namespace spillway::record
