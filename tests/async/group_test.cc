// SPDX-License-Identifier: Apache-2.0
#include "async/group.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace spillway::async {
namespace {

using namespace std::chrono_literals;

TEST(Group, ItsFirstFailureStopsTheSiblingsAndIsRethrown) {
  VirtualClock clock;
  Loop loop(clock);
  Stop run;
  bool sibling_reached = true;
  const auto sleeper = [&](Stop& stop) -> Task<> {
    sibling_reached = co_await loop.sleep_for(1h, stop);
  };
  const auto failing = [&](Stop& stop) -> Task<> {
    co_await loop.sleep_for(1s, stop);
    throw std::runtime_error("disk gone");
  };
  EXPECT_THROW(loop.run(with_group(loop, run,
                                   [&](Group& group) -> Task<> {
                                     group.spawn(sleeper(group.stop()));
                                     group.spawn(failing(group.stop()));
                                     co_return;
                                   })),
               std::runtime_error);
  EXPECT_FALSE(sibling_reached);
  EXPECT_FALSE(run.requested());
  EXPECT_EQ(clock.now(), Time(1s));
}

TEST(Group, AFailureOfTheBodyStillJoinsTheChildren) {
  VirtualClock clock;
  Loop loop(clock);
  Stop run;
  int ended = 0;
  const auto child = [&](Stop& stop) -> Task<> {
    co_await loop.sleep_for(1h, stop);
    ++ended;
  };
  EXPECT_THROW(loop.run(with_group(loop, run,
                                   [&](Group& group) -> Task<> {
                                     group.spawn(child(group.stop()));
                                     co_await loop.yield();
                                     throw std::runtime_error("no such trace");
                                   })),
               std::runtime_error);
  EXPECT_EQ(ended, 1);
}

TEST(Group, JoinsChildrenOfChildren) {
  VirtualClock clock;
  Loop loop(clock);
  Stop run;
  int ended = 0;
  const auto leaf = [&](Stop& stop) -> Task<> {
    co_await loop.sleep_for(2s, stop);
    ++ended;
  };
  loop.run(with_group(loop, run, [&](Group& outer) -> Task<> {
    for (int i = 0; i < 3; ++i) outer.spawn(leaf(outer.stop()));
    co_await with_group(loop, outer.stop(), [&](Group& inner) -> Task<> {
      inner.spawn(leaf(inner.stop()));
      co_return;
    });
    EXPECT_EQ(ended, 4);
  }));
}

}  // namespace
}  // namespace spillway::async
