// SPDX-License-Identifier: Apache-2.0
#include "report/progress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

namespace spillway::report {
namespace {

using namespace std::chrono_literals;

Progress some_progress() {
  return {.elapsed = 65s,
          .left = 3'600s,
          .requests_done = 1'234,
          .requests_planned = 12'031,
          .in_flight = 8,
          .read_bytes_per_s = 2.5e9,
          .write_bytes_per_s = 0.25e9,
          .blocks_asked = 288'500,
          .blocks_hit = 105'710};
}

// A stream whose text can be read back.
class Captured {
 public:
  Captured() : file_(std::tmpfile(), &std::fclose) {}
  std::FILE* stream() const { return file_.get(); }
  std::string text() const {
    std::string result(static_cast<std::size_t>(std::ftell(file_.get())), '\0');
    if (std::fseek(file_.get(), 0, SEEK_SET) != 0) return "";
    const std::size_t count = std::fread(result.data(), 1, result.size(), file_.get());
    result.resize(count);
    return result;
  }

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

TEST(ProgressLine, ShowsWhereTheRunStands) {
  EXPECT_EQ(progress_line(some_progress(), 200),
            "measuring 1:05, 1:00:00 left | 1,234/12,031 requests | read 2.50 GB/s | "
            "write 0.25 GB/s | hits 36.64 % | 8 in flight");
}

TEST(ProgressLine, ShowsErrorsEarlyAndUnknownsAsDashes) {
  EXPECT_EQ(progress_line({.phase = "warming up", .errors = 3}, 200),
            "warming up 0:00 | 0 requests | 3 ERRORS | read 0.00 GB/s | write 0.00 GB/s | hits - | "
            "0 in flight");
}

TEST(ProgressLine, ShowsWhatIsWrittenBeforeTheRun) {
  EXPECT_EQ(progress_line({.phase = "preconditioning",
                           .elapsed = 12s,
                           .filled = Progress::Filled{.written = Bytes(3U << 30U),
                                                      .target = Bytes(std::uint64_t{8} << 30U)}},
                          200),
            "preconditioning 0:12 | 3 GiB of 8 GiB written");
}

TEST(ProgressWriter, KeepsEveryLineWhenAskedTo) {
  const Captured captured;
  ProgressWriter writer(captured.stream(), false, Duration::zero());
  for (const Duration elapsed : {1s, 2s, 3s}) writer.show({.elapsed = elapsed});
  const std::string text = captured.text();
  EXPECT_EQ(std::ranges::count(text, '\n'), 3);
}

TEST(ProgressLine, LeavesOutWhatDoesNotFit) {
  EXPECT_EQ(progress_line(some_progress(), 60),
            "measuring 1:05, 1:00:00 left | 1,234/12,031 requests");
  EXPECT_EQ(progress_line(some_progress(), 10), "");
}

TEST(ProgressWriter, OverwritesItsLineOnATerminal) {
  const Captured captured;
  {
    ProgressWriter writer(captured.stream(), true);
    writer.show({.elapsed = 1s});
    writer.show({.elapsed = 2s});
  }
  const std::string text = captured.text();
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_TRUE(text.starts_with("\r\x1b[Kmeasuring 0:01"));
  EXPECT_NE(text.find("\r\x1b[Kmeasuring 0:02"), std::string::npos);
  EXPECT_TRUE(text.ends_with("\r\x1b[K")) << "the line is taken away at the end";
}

TEST(ProgressWriter, WritesALineEveryTenSecondsIntoALog) {
  const Captured captured;
  ProgressWriter writer(captured.stream(), false);
  for (const auto elapsed : {0s, 1s, 9s, 10s, 11s, 25s}) writer.show({.elapsed = elapsed});
  const std::string text = captured.text();
  EXPECT_EQ(std::ranges::count(text, '\n'), 3);
  EXPECT_EQ(text.find('\r'), std::string::npos);
  EXPECT_NE(text.find("measuring 0:10"), std::string::npos);
  EXPECT_EQ(text.find("measuring 0:11"), std::string::npos);
}

TEST(ProgressWriter, WritesALineIntoALogWhenThePhaseChanges) {
  const Captured captured;
  ProgressWriter writer(captured.stream(), false);
  writer.show({.phase = "preparing", .elapsed = 0s});
  writer.show({.phase = "measuring", .elapsed = 1s});
  writer.show({.phase = "measuring", .elapsed = 2s});
  EXPECT_EQ(std::ranges::count(captured.text(), '\n'), 2);
}

TEST(TerminalColumns, AStreamThatIsNoTerminalHasAHundred) {
  const Captured captured;
  EXPECT_EQ(terminal_columns(captured.stream()), 100U);
}

}  // namespace
}  // namespace spillway::report
