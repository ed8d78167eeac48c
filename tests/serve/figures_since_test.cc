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

TEST(FiguresSinceTest, AdaptersCountFromThere) {
  AdapterCounters earlier{
      .hits = 1, .misses = 2, .failed = 0, .evictions = 1, .read = 10_KiB, .load_ns = {}};
  earlier.load_ns.add(5);
  AdapterCounters now{
      .hits = 4, .misses = 6, .failed = 1, .evictions = 3, .read = 30_KiB, .load_ns = {}};
  now.load_ns.add(5);
  now.load_ns.add(9);
  const AdapterCounters since = figures_since(earlier, now);
  EXPECT_EQ(since.hits, 3U);
  EXPECT_EQ(since.misses, 4U);
  EXPECT_EQ(since.failed, 1U);
  EXPECT_EQ(since.evictions, 2U);
  EXPECT_EQ(since.read, 20_KiB);
  EXPECT_EQ(since.load_ns.count(), 1U);
  EXPECT_EQ(since.load_ns.sum(), 9);
}

}  // namespace
}  // namespace spillway::serve
