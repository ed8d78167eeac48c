// SPDX-License-Identifier: Apache-2.0
#include "async/pool.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>

namespace spillway::async {
namespace {

TEST(Pool, WorksElsewhereAndComesBackToTheLoop) {
  RealClock clock;
  Loop loop(clock);
  Pool pool("test", 2);
  loop.run([](Loop& l, Pool& p) -> Task<> {
    const std::thread::id home = std::this_thread::get_id();
    const std::thread::id there = co_await p.run(l, [] { return std::this_thread::get_id(); });
    EXPECT_NE(there, home);
    EXPECT_EQ(std::this_thread::get_id(), home);
  }(loop, pool));
}

TEST(Pool, BringsResultsAndFailuresBack) {
  RealClock clock;
  Loop loop(clock);
  Pool pool("test", 1);
  loop.run([](Loop& l, Pool& p) -> Task<> {
    const std::string text = co_await p.run(l, [] { return std::string("done"); });
    EXPECT_EQ(text, "done");
    bool failed = false;
    try {
      co_await p.run(l, [] { throw std::runtime_error("EIO"); });
    } catch (const std::runtime_error&) {
      failed = true;
    }
    EXPECT_TRUE(failed);
  }(loop, pool));
}

TEST(Pool, WorksInlineInVirtualTime) {
  VirtualClock clock;
  Loop loop(clock);
  Pool pool("test", 1);
  loop.run([](Loop& l, Pool& p) -> Task<> {
    const std::thread::id there = co_await p.run(l, [] { return std::this_thread::get_id(); });
    EXPECT_EQ(there, std::this_thread::get_id());
  }(loop, pool));
}

}  // namespace
}  // namespace spillway::async
