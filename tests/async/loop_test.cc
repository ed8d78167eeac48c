// SPDX-License-Identifier: Apache-2.0
#include "async/loop.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "async/group.h"
#include "async/semaphore.h"
#include "core/unique_fd.h"

namespace spillway::async {
namespace {

using namespace std::chrono_literals;

Task<> note_after(Loop& loop, Duration wait, int name, std::vector<int>& order, Stop& stop) {
  const bool reached = co_await loop.sleep_for(wait, stop);
  order.push_back(reached ? name : -name);
}

TEST(Loop, JumpsFromDueTimeToDueTimeInVirtualTime) {
  VirtualClock clock;
  Loop loop(clock);
  Stop stop;
  std::vector<int> order;
  loop.run(with_group(loop, stop, [&](Group& group) -> Task<> {
    group.spawn(note_after(loop, 3h, 3, order, stop));
    group.spawn(note_after(loop, 1h, 1, order, stop));
    group.spawn(note_after(loop, 2h, 2, order, stop));
    co_return;
  }));
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(clock.now(), Time(3h));
}

TEST(Loop, BreaksTiesByTheOrderOfAsking) {
  VirtualClock clock;
  Loop loop(clock);
  Stop stop;
  std::vector<int> order;
  loop.run(with_group(loop, stop, [&](Group& group) -> Task<> {
    for (int i = 0; i < 100; ++i) group.spawn(note_after(loop, 1s, i, order, stop));
    co_return;
  }));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order.at(static_cast<std::size_t>(i)), i);
}

TEST(Loop, AStopEndsSleepsEarly) {
  VirtualClock clock;
  Loop loop(clock);
  Stop stop;
  std::vector<int> order;
  loop.run(with_group(loop, stop, [&](Group& group) -> Task<> {
    Stop inner(stop);
    group.spawn(note_after(loop, 1h, 1, order, inner));
    co_await loop.sleep_for(1s, stop);
    inner.request();
    co_await group.join();
  }));
  EXPECT_EQ(order, (std::vector<int>{-1}));
  EXPECT_EQ(clock.now(), Time(1s));
}

TEST(Loop, ReportsADeadlockWithTheNamesOfTheWaits) {
  VirtualClock clock;
  Loop loop(clock);
  Semaphore places(loop, 1, "a place that nobody gives back");
  Stop stop;
  const auto take_two = [&]() -> Task<> {
    co_await places.acquire(1, stop);
    try {
      co_await places.acquire(1, stop);
    } catch (...) {  // NOLINT(bugprone-empty-catch): it must not get here
    }
  };
  EXPECT_EXIT(
      {
        try {
          loop.run(take_two());
        } catch (const Error& error) {
          const std::string text = error.what();
          ::_exit(text.find("a place that nobody gives back") != std::string::npos ? 7 : 8);
        }
      },
      testing::ExitedWithCode(7), "");
}

TEST(Loop, WaitsForTheMachinesClock) {
  RealClock clock;
  Loop loop(clock);
  Stop stop;
  const Time start = clock.now();
  loop.run([](Loop& l, Stop& s) -> Task<> { co_await l.sleep_for(3ms, s); }(loop, stop));
  EXPECT_GE(clock.now() - start, 3ms);
}

TEST(Loop, RunsPostedJobsFromOtherThreads) {
  RealClock clock;
  Loop loop(clock);
  Stop stop;
  std::jthread other;
  bool posted = false;
  loop.run([&]() -> Task<> {
    other = std::jthread([&] {
      loop.post([&] {
        posted = true;
        stop.request();
      });
    });
    co_await loop.sleep_for(1h, stop);
  }());
  EXPECT_TRUE(posted);
}

// Completes one wait whenever its descriptor was written to.
class Doorbell final : public Source {
 public:
  explicit Doorbell(Loop& loop) : loop_(loop), fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  void ring() const {
    const std::uint64_t one = 1;
    EXPECT_EQ(::write(fd_.get(), &one, sizeof one), ssize_t{sizeof one});
  }
  bool turn() override {
    std::uint64_t count = 0;
    if (::read(fd_.get(), &count, sizeof count) > 0 && waiting_) loop_.resume(waiting_);
    return false;
  }
  int descriptor() const override { return fd_.get(); }
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> frame) { waiting_ = frame; }
  void await_resume() const {}

 private:
  Loop& loop_;
  UniqueFd fd_;
  std::coroutine_handle<> waiting_;
};

TEST(Loop, WakesForASourcesDescriptor) {
  RealClock clock;
  Loop loop(clock);
  Doorbell bell(loop);
  std::jthread other;
  loop.run([&]() -> Task<> {
    loop.add(bell);
    for (int i = 0; i < 3; ++i) {
      other = std::jthread([&] { bell.ring(); });
      co_await bell;
    }
    loop.remove(bell);
  }());
  EXPECT_GT(loop.turn_lengths().count(), 0U);
}

TEST(LoopDeathTest, RefusesSourcesUnderAVirtualClock) {
  VirtualClock clock;
  Loop loop(clock);
  Doorbell bell(loop);
  EXPECT_DEATH(loop.add(bell), "no descriptor under a virtual clock");
}

}  // namespace
}  // namespace spillway::async
