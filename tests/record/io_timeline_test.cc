// SPDX-License-Identifier: Apache-2.0
#include "record/io_timeline.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace spillway::record {
namespace {

const std::string kGolden = SPILLWAY_SOURCE_DIR "/tests/data/conformance/case-018/golden/run/io/";

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string without_returns(std::string text) {
  std::erase(text, '\r');
  return text;
}

UtcTime second(int count) {
  return parse_utc("2026-02-12T00:00:00Z").value() + std::chrono::seconds(count);
}

BlockSample block(int at, std::uint64_t read, std::uint64_t written) {
  return {.taken = second(at), .success = true, .read_bytes = read, .write_bytes = written};
}

ProcessSample process(int at, const std::string& command, std::uint64_t read, std::uint64_t written,
                      std::uint64_t calls) {
  return {.taken = second(at),
          .success = true,
          .selection = "pattern_match",
          .processes = {{.pid = 111,
                         .command_line = command,
                         .read_bytes = read,
                         .write_bytes = written,
                         .read_calls = calls,
                         .write_calls = calls}}};
}

TEST(IoTimeline, MeetsTheRecordedFiles) {
  EXPECT_EQ(block_timeline_csv("nvme0n1", {block(0, 51200, 25600), block(5, 76800, 35840)}),
            without_returns(text_of(kGolden + "block_stat_timeline.csv")));
  EXPECT_EQ(process_timeline_csv({process(0, "python -m dynamo.trtllm", 1000, 400, 1),
                                  process(5, "python -m dynamo.trtllm", 4500, 900, 2)}),
            without_returns(text_of(kGolden + "proc_io_timeline.csv")));
}

TEST(IoTimeline, ASampleThatFailedHasNoRow) {
  const BlockSample failed{.taken = second(1)};
  EXPECT_EQ(block_timeline_csv("sda", {block(0, 1, 1), failed, block(2, 2, 2)}),
            block_timeline_csv("sda", {block(0, 1, 1), block(2, 2, 2)}));
}

TEST(IoTimeline, CountersThatFallHaveMovedNothing) {
  const std::string csv = block_timeline_csv("sda", {block(0, 5, 5), block(1, 3, 9)});
  EXPECT_NE(csv.find(",3,9,0,4,0.0,0.0,"), std::string::npos) << csv;
}

TEST(IoTimeline, ACommandWithCommasAndQuotesStaysOneField) {
  const std::string csv = process_timeline_csv({process(0, "sh -c \"a,b\"\nnext", 1, 1, 1)});
  EXPECT_NE(csv.find(",\"sh -c \"\"a,b\"\" next\",pattern_match,"), std::string::npos) << csv;
}

}  // namespace
}  // namespace spillway::record
