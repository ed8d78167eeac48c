// SPDX-License-Identifier: Apache-2.0
#include "tier/null_store.h"

#include <gtest/gtest.h>

#include <vector>

#include "async/loop.h"

namespace spillway::tier {
namespace {

TEST(NullStore, IsDoneAtOnceWithoutTouchingSourceOrSink) {
  async::VirtualClock clock;
  async::Loop loop(clock);
  const auto body = []() -> async::Task<> {
    NullStore store;
    std::vector<BlockMove> moves(10, {.key = {}, .placement = {}, .size = 1_GiB});
    co_await store.write(moves);
    co_await store.read(moves);
    co_await store.erase({});
    for (const BlockMove& move : moves) {
      EXPECT_FALSE(move.error);
      EXPECT_EQ(move.latency, Duration{});
    }
    EXPECT_TRUE(store.modelled());
    EXPECT_TRUE(store.memory({}, 1_GiB).empty());
  };
  loop.run(body());
  EXPECT_EQ(clock.now(), Time{});
}

}  // namespace
}  // namespace spillway::tier
