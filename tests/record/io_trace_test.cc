// SPDX-License-Identifier: Apache-2.0
#include "record/io_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "record/io_trace_reader.h"
#include "tests/text/temporary_directory.h"

namespace spillway::record {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const std::string kKey = "137ec3075546cf034a4fe11e9c4a1079";

IoTraceRow row() {
  return {.time = 1'712'345'678s + 901'234'567ns,
          .operation = IoOperation::write,
          .size = Bytes(41'943'040),
          .tier = TierId::storage,
          .key = kKey,
          .phase = IoPhase::prefill,
          .request = 17,
          .conversation = 3};
}

IoTraceMove numbered(std::uint64_t number) {
  return {.time = 1s, .key = {.high = 0, .low = number}, .size = Bytes(0)};
}

std::string key_text(std::uint64_t number) { return to_row(numbered(number)).key; }

bool exists(const std::string& path) { return std::filesystem::exists(path); }

std::string partial() { return ".partial-" + std::to_string(::getpid()); }

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(IoTraceLine, HasTheSixColumnsThatOtherToolsRead) {
  EXPECT_EQ(io_trace_header(IoTraceLayout::narrow),
            "Timestamp,Operation,Object_Size_Bytes,Tier,Key,Phase");
  EXPECT_EQ(to_csv_line(row(), IoTraceLayout::narrow),
            "1712345678.901234,Write,41943040,Tier-2," + kKey + ",Prefill");
}

TEST(IoTraceLine, TellsTheCausesWhenAsked) {
  EXPECT_EQ(io_trace_header(IoTraceLayout::wide),
            "Timestamp,Operation,Object_Size_Bytes,Tier,Key,Phase,Request,Conversation");
  EXPECT_EQ(to_csv_line(row(), IoTraceLayout::wide),
            "1712345678.901234,Write,41943040,Tier-2," + kKey + ",Prefill,17,3");
  IoTraceRow nobodys = row();
  nobodys.request.reset();
  nobodys.conversation.reset();
  EXPECT_THAT(to_csv_line(nobodys, IoTraceLayout::wide), HasSubstr(",Prefill,,"));
}

TEST(IoTraceLine, HasAWordForEveryValue) {
  IoTraceRow other = {.time = 5us,
                      .operation = IoOperation::read,
                      .size = Bytes(1),
                      .tier = TierId::gpu,
                      .key = "a",
                      .phase = IoPhase::decode};
  EXPECT_EQ(to_csv_line(other, IoTraceLayout::narrow), "0.000005,Read,1,Tier-0,a,Decode");
  other.operation = IoOperation::remove;
  other.tier = TierId::cpu;
  other.phase = IoPhase::evict;
  EXPECT_EQ(to_csv_line(other, IoTraceLayout::wide), "0.000005,Delete,1,Tier-1,a,Evict,,");
}

TEST(IoTraceLine, RefusesAKeyThatWouldBreakIt) {
  for (const std::string key : {"", "a,b", "a\"b", "a\nb", "a\rb", "a\x7f"}) {
    IoTraceRow bad = row();
    bad.key = key;
    EXPECT_DEATH(to_csv_line(bad, IoTraceLayout::narrow), "needs no quotes");
  }
}

class IoTraceBothWays : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(IoTrace, IoTraceBothWays, testing::Bool());

TEST_P(IoTraceBothWays, WritesRowsInTheOrderOfTheCalls) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("trace.csv");
  IoTrace trace(path, {.threaded = GetParam()});
  trace.add(numbered(2));
  trace.add(numbered(1));
  const IoTraceResult result = trace.finish();
  EXPECT_EQ(result.rows, 2U);
  EXPECT_EQ(result.lost, 0U);
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(content_of(path),
            "Timestamp,Operation,Object_Size_Bytes,Tier,Key,Phase\n"
            "1.000000,Read,0,Tier-2," +
                key_text(2) + ",Decode\n" + "1.000000,Read,0,Tier-2," + key_text(1) + ",Decode\n");
}

TEST_P(IoTraceBothWays, CompressesWhenThePathSaysSo) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("trace.csv.zst");
  IoTrace trace(path, {.layout = IoTraceLayout::wide, .threaded = GetParam()});
  constexpr std::uint64_t kRows = 10'000;
  for (std::uint64_t i = 0; i < kRows; ++i) trace.add(numbered(i));
  EXPECT_EQ(trace.finish().rows, kRows);
  const std::vector<IoTraceRow> rows = read_io_trace(path);
  ASSERT_EQ(rows.size(), kRows);
  for (std::uint64_t i = 0; i < kRows; ++i) EXPECT_EQ(rows[i], to_row(numbered(i)));
}

TEST_P(IoTraceBothWays, HoldsDeletionsInTheWideLayoutOnly) {
  const TemporaryDirectory directory;
  IoTraceMove removal = numbered(1);
  removal.operation = IoOperation::remove;
  IoTrace narrow(directory.file("narrow"), {.threaded = GetParam()});
  IoTrace wide(directory.file("wide"), {.layout = IoTraceLayout::wide, .threaded = GetParam()});
  narrow.add(removal);
  wide.add(removal);
  EXPECT_EQ(narrow.finish().rows, 0U);
  EXPECT_EQ(wide.finish().rows, 1U);
}

TEST_P(IoTraceBothWays, KeepsTheErrorOfAFileThatFails) {
  IoTrace trace("/dev/full", {.threaded = GetParam()});  // every write fails with ENOSPC
  constexpr std::uint64_t kRows = 20'000;                // more than the file's own buffer holds
  for (std::uint64_t i = 0; i < kRows; ++i) trace.add(numbered(i));
  const IoTraceResult result = trace.finish();
  EXPECT_EQ(result.error, "write /dev/full: No space left on device");
  EXPECT_EQ(result.rows + result.lost, kRows);
  EXPECT_GT(result.lost, 0U);
}

TEST_P(IoTraceBothWays, KeepsAnErrorThatComesWithTheEnd) {
  IoTrace trace("/dev/full", {.threaded = GetParam()});
  trace.add(numbered(0));
  EXPECT_EQ(trace.finish().error, "write /dev/full: No space left on device");
}

TEST(IoTrace, TakesRowsFromManyThreadsAndLosesNone) {
  constexpr std::uint64_t kEach = 5'000;
  const TemporaryDirectory directory;
  // A queue of a few rows, so that threads wait for the writer.
  IoTrace trace(directory.file("trace.csv"), {.queue_rows = 2});
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (std::uint64_t thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&trace, thread] {
        for (std::uint64_t i = 0; i < kEach; ++i) trace.add(numbered(i * 4 + thread));
      });
    }
  }
  const IoTraceResult result = trace.finish();
  EXPECT_EQ(result.rows, 4 * kEach);
  EXPECT_GT(result.stalls, 0U);
  std::set<std::string> keys;
  for (const IoTraceRow& one : read_io_trace(directory.file("trace.csv"))) keys.insert(one.key);
  EXPECT_EQ(keys.size(), 4 * kEach);
}

TEST(IoTraceMove, BecomesARow) {
  const IoTraceMove move = {.time = 5us,
                            .key = *kv::parse_block_key(kKey),
                            .size = Bytes(7),
                            .request = 17,
                            .operation = IoOperation::write,
                            .tier = TierId::cpu,
                            .phase = IoPhase::evict};
  EXPECT_EQ(to_csv_line(to_row(move), IoTraceLayout::wide),
            "0.000005,Write,7,Tier-1," + kKey + ",Evict,17,");
}

TEST_P(IoTraceBothWays, HasItsNameOnceItIsWhole) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("new/deep/trace.csv");
  IoTrace trace(path, {.threaded = GetParam()});
  trace.add(numbered(1));
  EXPECT_FALSE(exists(path));
  EXPECT_TRUE(exists(path + partial()));
  EXPECT_EQ(trace.finish().path, path);
  EXPECT_FALSE(exists(path + partial()));
  EXPECT_EQ(read_io_trace(path).size(), 1U);
}

TEST_P(IoTraceBothWays, KeepsTheRowsOfACutUnderTheNameOfADraft) {
  const TemporaryDirectory directory;
  IoTrace trace(directory.file("trace.csv.zst"), {.threaded = GetParam()});
  trace.add(numbered(1));
  trace.add(numbered(2));
  const IoTraceResult result = trace.finish(IoTraceEnd::cut);
  EXPECT_EQ(result.path, directory.file("trace.csv") + partial() + ".zst");
  EXPECT_EQ(read_io_trace(result.path).size(), 2U);
  EXPECT_FALSE(exists(directory.file("trace.csv.zst")));
  trace.add(numbered(3));
  EXPECT_EQ(trace.finish(), result) << "the first end counts, and nothing comes after it";
}

TEST_P(IoTraceBothWays, LeavesNothingWhenNobodyFinishesIt) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("trace.csv");
  {
    IoTrace trace(path, {.threaded = GetParam()});
    trace.add(numbered(1));
  }
  EXPECT_FALSE(exists(path));
  EXPECT_FALSE(exists(path + partial()));
}

TEST(IoTrace, RefusesAPathThroughAFile) {
  const TemporaryDirectory directory;
  std::ofstream(directory.file("none")) << "a file";
  const std::string path = directory.file("none/trace.csv");
  EXPECT_EQ(error_of([&] { const IoTrace trace(path); }),
            "create " + path + partial() + ": Not a directory");
}

}  // namespace
}  // namespace spillway::record
