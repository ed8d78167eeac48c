// SPDX-License-Identifier: Apache-2.0
#include "serve/figures_since.h"

#include <gtest/gtest.h>

namespace spillway::serve {
namespace {

TEST(FiguresSince, CountFromTheEarlierReadingAndKeepGauges) {
  EngineFigures earlier;
  earlier.requests_completed = 5;
  earlier.hit_tokens[TierId::cpu] = 16;
  earlier.moves.onboard_d2d = 2;
  earlier.running = 9;
  EngineFigures now = earlier;
  now.requests_completed = 7;
  now.hit_tokens[TierId::cpu] = 48;
  now.moves.onboard_d2d = 3;
  now.running = 4;
  now.block_tokens = 16;
  const EngineFigures since = figures_since(earlier, now);
  EXPECT_EQ(since.requests_completed, 2U);
  EXPECT_EQ(since.hit_tokens[TierId::cpu], 32U);
  EXPECT_EQ(since.moves.onboard_d2d, 1U);
  EXPECT_EQ(since.running, 4U);
  EXPECT_EQ(since.block_tokens, 16U);
}

TEST(FiguresSince, TakeEarlierTimesOutOfTheHistograms) {
  EngineFigures earlier;
  earlier.first_token.add(100);
  EngineFigures now = earlier;
  now.first_token.add(100);
  now.first_token.add(200);
  const EngineFigures since = figures_since(earlier, now);
  EXPECT_EQ(since.first_token.count(), 2U);
  EXPECT_EQ(since.first_token.sum(), 300);
  EXPECT_EQ(since.first_token.quantile(1), 200);
  EXPECT_TRUE(figures_since(now, now).first_token.empty());
}

}  // namespace
}  // namespace spillway::serve
