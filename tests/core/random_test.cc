// SPDX-License-Identifier: Apache-2.0
#include "core/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace spillway {
namespace {

using Block = std::array<std::uint32_t, 4>;

// The vectors published with the Random123 library for philox4x32-10.
TEST(Philox, GivesThePublishedVectors) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, AStreamDoesNotDependOnWhoElseDraws) {
  const StreamKey key{.seed = 42, .purpose = Purpose::length, .user = 3, .request = 9};
  Random alone(key);
  Random beside(key);
  Random other({.seed = 42, .purpose = Purpose::length, .user = 4, .request = 9});
  for (int i = 0; i < 100; ++i) {
    other.next();
    EXPECT_EQ(alone.next(), beside.next());
  }
}

TEST(Random, EveryPartOfTheKeyMakesAnotherStream) {
  const StreamKey base{.seed = 1, .purpose = Purpose::arrival, .user = 1, .request = 1};
  std::vector<StreamKey> keys(5, base);
  keys[1].seed = 2;
  keys[2].purpose = Purpose::length;
  keys[3].user = 2;
  keys[4].request = std::uint64_t{1} << 40U;
  std::vector<std::uint64_t> first;
  for (const StreamKey& key : keys) first.push_back(Random(key).next());
  std::ranges::sort(first);
  EXPECT_EQ(std::ranges::adjacent_find(first), first.end());
}

TEST(Random, UniformHasTheMeanAndVarianceOfItsDistribution) {
  Random random({.seed = 7});
  double sum = 0;
  double squares = 0;
  constexpr int kDraws = 1'000'000;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.uniform();
    ASSERT_GE(x, 0);
    ASSERT_LT(x, 1);
    sum += x;
    squares += x * x;
  }
  const double mean = sum / kDraws;
  EXPECT_NEAR(mean, 0.5, 0.0015);  // five standard errors
  EXPECT_NEAR(squares / kDraws - mean * mean, 1.0 / 12, 0.0005);
}

TEST(Random, UniformIntReachesBothEndsEvenly) {
  Random random({.seed = 7, .purpose = Purpose::persona});
  std::array<int, 6> counts{};
  for (int i = 0; i < 60'000; ++i) ++counts.at(random.uniform_int(10, 15) - 10);
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);
  EXPECT_EQ(random.uniform_int(5, 5), 5U);
}

TEST(Random, ExponentialHasItsMean) {
  Random random({.seed = 7, .purpose = Purpose::think_time});
  double sum = 0;
  for (int i = 0; i < 200'000; ++i) sum += random.exponential(3);
  EXPECT_NEAR(sum / 200'000, 3, 0.035);
}

TEST(PortableLog, AgreesWithTheMachines) {
  Random random({.seed = 11});
  for (int i = 0; i < 100'000; ++i) {
    const double x =
        std::ldexp(0.5 + random.uniform(), static_cast<int>(random.uniform_int(0, 600)) - 300);
    const double truth = std::log(x);
    EXPECT_NEAR(portable_log(x), truth, 4e-16 * std::max(1.0, std::abs(truth))) << x;
  }
  EXPECT_EQ(portable_log(1), 0);
}

}  // namespace
}  // namespace spillway
