// SPDX-License-Identifier: Apache-2.0
#include "kv/verify.h"

#include <gtest/gtest.h>

namespace spillway::kv {
namespace {

int selected(Verify verify, auto key_of) {
  int count = 0;
  for (std::uint64_t i = 0; i < 16'000; ++i) count += selects(verify, key_of(i)) ? 1 : 0;
  return count;
}

BlockKey hashed(std::uint64_t i) { return chain(root_key(0), i); }
BlockKey plain(std::uint64_t i) { return {.high = 0, .low = i}; }

TEST(Verify, SelectsNoneOrAll) {
  EXPECT_EQ(selected(Verify::off, hashed), 0);
  EXPECT_EQ(selected(Verify::all, hashed), 16'000);
}

// 1,000 expected; the standard deviation of a fair draw is 31.
TEST(Verify, SamplesOneInSixteenKeys) {
  EXPECT_NEAR(selected(Verify::sample, hashed), 1000, 125);
  EXPECT_NEAR(selected(Verify::sample, plain), 1000, 125);
}

TEST(Verify, SelectsTheSameKeysEachTime) {
  for (std::uint64_t i = 0; i < 100; ++i) {
    EXPECT_EQ(selects(Verify::sample, hashed(i)), selects(Verify::sample, hashed(i)));
  }
  static_assert(selects(Verify::sample, BlockKey{}), "a fixed rule, known when compiling");
}

}  // namespace
}  // namespace spillway::kv
