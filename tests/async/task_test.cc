// SPDX-License-Identifier: Apache-2.0
#include "async/task.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <utility>

#include "async/clock.h"
#include "async/loop.h"

namespace spillway::async {
namespace {

Task<int> add(int a, int b) { co_return a + b; }

Task<> add_up(int times, std::int64_t& sum) {
  for (int i = 0; i < times; ++i) {
    const int one = co_await add(i, 1);
    sum += one;
  }
}

Task<std::unique_ptr<int>> make(int value) { co_return std::make_unique<int>(value); }

Task<int> fail() {
  throw std::runtime_error("no such block");
  co_return 0;
}

TEST(Task, AMillionCallsThatCompleteAtOnceNeedNoStack) {
  VirtualClock clock;
  Loop loop(clock);
  std::int64_t sum = 0;
  loop.run(add_up(1'000'000, sum));
  EXPECT_EQ(sum, 500'000'500'000);
}

TEST(Task, MovesItsResultOut) {
  VirtualClock clock;
  Loop loop(clock);
  int seen = 0;
  loop.run([](int& out) -> Task<> {
    const std::unique_ptr<int> made = co_await make(7);
    out = *made;
  }(seen));
  EXPECT_EQ(seen, 7);
}

TEST(Task, AnExceptionLeavesThroughTheAwaitAndThenTheLoop) {
  VirtualClock clock;
  Loop loop(clock);
  EXPECT_THROW(loop.run([]() -> Task<> { co_await fail(); }()), std::runtime_error);
}

TEST(Task, OneThatNeverStartedIsFreed) {
  const Task<int> unused = add(1, 2);
  SUCCEED();
}

TEST(TaskDeathTest, ALockHeldAcrossAnAwaitIsFound) {
  EXPECT_DEATH(
      {
        VirtualClock clock;
        Loop loop(clock);
        Stop stop;
        Mutex mutex;
        loop.run([](Loop& l, Stop& s, Mutex& m) -> Task<> {
          const MutexLock lock(m);  // NOLINT(misc-coroutine-hostile-raii): what is tested
          co_await l.sleep_for(Duration(1), s);
        }(loop, stop, mutex));
      },
      "no lock is held across co_await");
}

}  // namespace
}  // namespace spillway::async
