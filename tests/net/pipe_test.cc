// SPDX-License-Identifier: Apache-2.0
#include "net/pipe.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <string>

#include "async/clock.h"
#include "async/group.h"
#include "async/loop.h"

namespace spillway::net {
namespace {

using async::Group;
using async::Loop;
using async::Stop;
using async::Task;

class PipeTest : public testing::Test {
 protected:
  async::VirtualClock clock_;
  Loop loop_{clock_};
  Stop stop_;
};

Task<> read_to_end(Stream& from, std::string& all, Stop& stop) {
  std::array<char, 7> buffer{};
  while (true) {
    const Transfer read = co_await read_some(from, buffer, stop);
    if (!read.ok()) {
      EXPECT_EQ(read.ended, Ended::closed);
      co_return;
    }
    all.append(buffer.data(), read.bytes);
  }
}

Task<> write_and_end(Stream& to, const std::string& text, Stop& stop) {
  const Transfer written = co_await write_all(to, text, stop);
  EXPECT_EQ(written.bytes, text.size());
  to.end_writing();
}

TEST_F(PipeTest, CarriesBothDirectionsThroughLittleRoom) {
  auto [left, right] = make_pipe(loop_, 5);
  const std::string forth = "what the client says";
  const std::string back = "and what the server answers";
  std::string at_right;
  std::string at_left;
  loop_.run(async::with_group(loop_, stop_, [&](Group& group) -> Task<> {
    group.spawn(write_and_end(*left, forth, stop_));
    group.spawn(write_and_end(*right, back, stop_));
    group.spawn(read_to_end(*left, at_left, stop_));
    group.spawn(read_to_end(*right, at_right, stop_));
    co_return;
  }));
  EXPECT_EQ(at_right, forth);
  EXPECT_EQ(at_left, back);
}

TEST_F(PipeTest, AStopEndsAWaitAndNothingIsLost) {
  auto ends = make_pipe(loop_);
  loop_.run([](Loop& loop, Stream& from, Stream& to, Stop& outer) -> Task<> {
    Stop stop(outer);
    std::array<char, 8> buffer{};
    co_await async::with_group(loop, outer, [&](Group& group) -> Task<> {
      group.spawn([](Stream& its, std::array<char, 8>& into, Stop& at) -> Task<> {
        const Transfer read = co_await read_some(its, into, at);
        EXPECT_EQ(read.ended, Ended::stopped);
      }(from, buffer, stop));
      co_await loop.yield();
      co_await loop.yield();
      stop.request();
    });
    EXPECT_EQ(to.try_write("late").bytes, 4U);
    const Transfer read = co_await read_some(from, buffer, outer);
    EXPECT_EQ(read.bytes, 4U);
  }(loop_, *ends.first, *ends.second, stop_));
}

TEST_F(PipeTest, WritingToAnEndThatIsGoneFails) {
  auto [left, right] = make_pipe(loop_);
  right.reset();
  const Transfer written = left->try_write("x");
  EXPECT_EQ(written.ended, Ended::failed);
  EXPECT_EQ(written.error, EPIPE);
  std::array<char, 1> buffer{};
  EXPECT_EQ(left->try_read(buffer).ended, Ended::closed);
}

TEST_F(PipeTest, WhatWasWrittenBeforeTheEndIsStillRead) {
  auto [left, right] = make_pipe(loop_);
  EXPECT_EQ(right->try_write("bye").bytes, 3U);
  right.reset();
  std::array<char, 8> buffer{};
  EXPECT_EQ(left->try_read(buffer).bytes, 3U);
  EXPECT_EQ(left->try_read(buffer).ended, Ended::closed);
}

}  // namespace
}  // namespace spillway::net
