// SPDX-License-Identifier: Apache-2.0
#include "load/active_users.h"

#include <gtest/gtest.h>

#include <vector>

#include "async/group.h"

namespace spillway::load {
namespace {

using namespace std::chrono_literals;

// Users who each go round once a second, and how often they did.
class ActiveUsersTest : public testing::Test {
 protected:
  async::Task<> user(std::uint32_t number, async::Stop& stop) {
    const ActiveUsers::Presence present(users_);
    while (!stop.requested()) {
      if (!users_.has(number)) {
        const bool active = co_await users_.wait_for(number, stop);
        if (!active) co_return;
      }
      const bool reached = co_await loop_.sleep_for(1s, stop);
      if (!reached) co_return;
      ++rounds_[number];
    }
  }

  // Runs `count` users beside `script`, and stops them after it.
  template <typename Script>
  void run(std::uint32_t count, Script script) {
    rounds_.assign(count, 0);
    loop_.run(async::with_group(loop_, stop_, [&](async::Group& group) -> async::Task<> {
      for (std::uint32_t one = 0; one < count; ++one) group.spawn(user(one, stop_));
      co_await script();
      stop_.request();
    }));
  }

  async::VirtualClock clock_;
  async::Loop loop_{clock_};
  async::Stop stop_;
  ActiveUsers users_{loop_, 2};
  std::vector<int> rounds_;
};

TEST_F(ActiveUsersTest, OnlyTheFirstGoOnAndTheOthersFollowWhenTheirTurnComes) {
  async::Stop never;
  run(4, [&]() -> async::Task<> {
    co_await loop_.sleep_for(2500ms, never);
    EXPECT_EQ(users_.sending(), 2U);
    EXPECT_EQ(rounds_, (std::vector<int>{2, 2, 0, 0}));
    users_.set(3);
    co_await loop_.sleep_for(2100ms, never);
    EXPECT_EQ(users_.sending(), 3U);
    EXPECT_EQ(rounds_, (std::vector<int>{4, 4, 2, 0}));
    users_.set(1);
    co_await loop_.sleep_for(10s, never);  // each ends the turn that it is in
    EXPECT_EQ(users_.sending(), 1U);
    EXPECT_EQ(rounds_, (std::vector<int>{14, 5, 3, 0}));
  });
  EXPECT_EQ(users_.sending(), 0U);
}

TEST_F(ActiveUsersTest, AStopEndsTheWaitOfTenThousand) {
  async::Stop never;
  run(10'000, [&]() -> async::Task<> {
    co_await loop_.sleep_for(1500ms, never);
    EXPECT_EQ(users_.sending(), 2U);
    users_.set(10'000);
    co_await loop_.yield();
    co_await loop_.yield();
    EXPECT_EQ(users_.sending(), 10'000U);
    users_.set(0);
    co_await loop_.sleep_for(5s, never);
    EXPECT_EQ(users_.sending(), 0U);
  });
  EXPECT_EQ(rounds_.back(), 1);
}

}  // namespace
}  // namespace spillway::load
