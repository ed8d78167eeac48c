// SPDX-License-Identifier: Apache-2.0
#include "record/request_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"

namespace spillway::record {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

class RequestLogTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "spillway-log-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root = name;
  }
  void TearDown() override { fs::remove_all(root); }

  std::string out() const { return (root / "requests.jsonl").string(); }
  std::vector<std::string> lines() const {
    std::vector<std::string> result;
    std::ifstream file(out());
    for (std::string line; std::getline(file, line);) result.push_back(line);
    return result;
  }

  fs::path root;
};

RequestRow row(std::uint64_t index) {
  RequestRow result;
  result.index = index;
  return result;
}

std::string start_of(std::uint64_t index) { return "{\"request\":" + std::to_string(index) + ","; }

TEST_F(RequestLogTest, WritesRowsInPlanOrderAndSkipsHoles) {
  RequestLog log(out());
  for (const std::uint64_t index : {7U, 0U, 10'000U, 3U}) log.add(row(index));
  const RequestLogResult result = log.finish();

  EXPECT_EQ(result.rows, 4U);
  EXPECT_EQ(result.dropped, 0U);
  EXPECT_EQ(result.error, "");
  const std::vector<std::string> text = lines();
  ASSERT_EQ(text.size(), 4U);
  EXPECT_THAT(text[0], StartsWith(start_of(0)));
  EXPECT_THAT(text[1], StartsWith(start_of(3)));
  EXPECT_THAT(text[2], StartsWith(start_of(7)));
  EXPECT_THAT(text[3], StartsWith(start_of(10'000)));
}

TEST_F(RequestLogTest, WritesTheSameWithoutAThread) {
  RequestLog log(out(), {.threaded = false});
  for (const std::uint64_t index : {2U, 1U}) log.add(row(index));
  EXPECT_EQ(log.finish().rows, 2U);
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_THAT(lines().front(), StartsWith(start_of(1)));
}

TEST_F(RequestLogTest, TakesRowsFromManyThreads) {
  constexpr std::uint64_t kEach = 5'000;
  RequestLog log(out());
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (std::uint64_t thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&log, thread] {
        for (std::uint64_t i = 0; i < kEach; ++i) log.add(row(i * 4 + thread));
      });
    }
  }
  EXPECT_EQ(log.finish().rows, 4 * kEach);
  const std::vector<std::string> text = lines();
  ASSERT_EQ(text.size(), 4 * kEach);
  for (std::uint64_t i = 0; i < text.size(); ++i) EXPECT_THAT(text[i], StartsWith(start_of(i)));
}

TEST_F(RequestLogTest, DropsAndCountsRatherThanWaits) {
  RequestLog log(out(), {.queue_rows = 0});
  log.add(row(0));
  log.add(row(1));
  EXPECT_EQ(log.fell_behind(), 2U);
  const RequestLogResult result = log.finish();
  EXPECT_EQ(result.rows, 0U);
  EXPECT_EQ(result.dropped, 2U);
}

TEST_F(RequestLogTest, ASecondRowOfTheSameIndexReplacesTheFirst) {
  RequestLog log(out(), {.threaded = false});
  RequestRow first = row(5);
  log.add(first);
  first.status = Status::failed;
  log.add(first);
  EXPECT_EQ(log.finish().rows, 1U);
  EXPECT_THAT(lines().front(), HasSubstr("\"status\":\"failed\""));
}

TEST_F(RequestLogTest, LeavesNoSpool) {
  RequestLog log(out());
  EXPECT_TRUE(fs::is_empty(root)) << "it has no name, even while in use";
  log.finish();
  EXPECT_FALSE(fs::exists(out() + ".spool"));
}

TEST_F(RequestLogTest, AnOutputThatCannotBeWrittenIsAResult) {
  fs::create_directory(out());
  RequestLog log(out());
  log.add(row(0));
  const RequestLogResult result = log.finish();
  EXPECT_EQ(result.rows, 0U);
  EXPECT_THAT(result.error, HasSubstr("Is a directory"));
}

TEST_F(RequestLogTest, RefusesAFolderThatIsNotThere) {
  EXPECT_THROW(const RequestLog log((root / "none" / "requests.jsonl").string()), Error);
}

TEST(RequestLine, HasEveryFieldAndNullForAStageNotReached) {
  RequestRow one = row(3);
  one.user = 1;
  one.turn = 2;
  one.flags |= RequestRow::kLate;
  one.due = 10;
  one.admitted = 20;
  one.started = 30;
  one.loaded = 40;
  one.input_tokens = 100;
  one.output_tokens = 7;
  one.blocks_asked = 6;
  one.blocks_hit = {1, 2, 3};
  one.tokens_asked = 100;
  one.tokens_hit = 96;
  one.tier_time = 12;
  one.generation = 34;
  one.read_bytes = {4, 5, 6};
  one.written_bytes = {7, 8, 9};
  one.failed_operations = 1;
  EXPECT_EQ(to_json_line(one),
            R"({"request":3,"user":1,"turn":2,"status":"completed","warm_up":false,)"
            R"("oversized":false,"late":true,"due_ns":10,"admitted_ns":20,"started_ns":30,)"
            R"("loaded_ns":40,"first_token_ns":null,"done_ns":null,"stored_ns":null,)"
            R"("input_tokens":100,"output_tokens":7,"blocks_asked":6,)"
            R"("blocks_hit":{"gpu":1,"cpu":2,"storage":3},"tokens_asked":100,"tokens_hit":96,)"
            R"("read_bytes":{"gpu":4,"cpu":5,"storage":6},)"
            R"("written_bytes":{"gpu":7,"cpu":8,"storage":9},"failed_operations":1,)"
            R"("tier_time_ns":12,"generation_ns":34})");
}

TEST(RequestLine, HasTheClassAndTheEntriesWhereThereAreSuch) {
  RequestRow one = row(3);
  const std::string plain = to_json_line(one);
  one.flags |= RequestRow::kClassed | RequestRow::kEntries;
  one.qos = Qos::batch;
  one.phase = RequestPhase::prefill;
  one.conversation = 77;
  one.entry_write = 5;
  one.decode_reads = 2;
  one.decode_misses = 1;
  one.reuse_asked = {1, 2, 3};
  one.reuse_hit = {0, 1, 2};
  one.reuse_tokens = {0, 0, 9};
  EXPECT_EQ(to_json_line(one),
            plain.substr(0, plain.size() - 1) +
                R"(,"qos":"batch","phase":"prefill","conversation":77,"entry_write_ns":5,)"
                R"("decode_read_ns":null,"decode_reads":2,"decode_misses":1,)"
                R"("reuse_asked":{"system_prompt":1,"history":2,"retrieval":3},)"
                R"("reuse_hit":{"system_prompt":0,"history":1,"retrieval":2},)"
                R"("reuse_tokens":{"system_prompt":0,"history":0,"retrieval":9}})");
}

}  // namespace
}  // namespace spillway::record
