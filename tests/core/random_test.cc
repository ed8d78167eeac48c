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
constexpr int kDraws = 1'000'000;
constexpr std::uint64_t kThird = std::uint64_t{1} << 62U;

// The vectors published with the Random123 library for philox4x32-10.
TEST(Philox, GivesThePublishedVectors) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

// Frozen: a change here changes every plan that was ever recorded. The draws were computed apart
// from this code, the logarithms with 200 bits.
TEST(Random, GivesTheSameNumbersForever) {
  const StreamKey key{.seed = 0x0123456789abcdef,
                      .purpose = Purpose::persona,
                      .user = 3,
                      .request = 0xa5a5deadbeef};
  Random raw(key);
  for (const std::uint64_t expected : {0xef78351dabfc970bULL, 0x59053c69f35a7ab6ULL,
                                       0x643d29a4f6aa0f0fULL, 0xdc4dff80c6ce3122ULL}) {
    EXPECT_EQ(raw.next(), expected);
  }
  Random uniform(key);
  EXPECT_EQ(uniform.uniform(), 0.9354279706421826);
  Random whole(key);
  for (const std::uint64_t expected : {936U, 348U, 392U, 861U}) {
    EXPECT_EQ(whole.uniform_int(1, 1000), expected);
  }
  Random exponential(key);
  for (const double expected :
       {2.7399739440345174, 0.42730611317104608, 0.49685412846384279, 1.9701578543960890}) {
    EXPECT_DOUBLE_EQ(exponential.exponential(1), expected);
  }
}

// The last bits too: they are what differs between two machines' libm.
TEST(Random, ExponentialsAreTheSameToTheLastBit) {
  Random random({.seed = 42, .purpose = Purpose::arrival, .user = 3, .request = 9});
  EXPECT_EQ(random.exponential(1), 0x1.8d892861ccf33p-3);
  EXPECT_EQ(random.exponential(1), 0x1.3d3961837a25cp+1);
  EXPECT_EQ(random.exponential(1), 0x1.798b7f03c100dp-3);
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
  first.reserve(keys.size());
  for (const StreamKey& key : keys) first.push_back(Random(key).next());
  std::ranges::sort(first);
  EXPECT_EQ(std::ranges::adjacent_find(first), first.end());
}

TEST(Random, UniformHasTheMeanAndVarianceOfItsDistribution) {
  Random random({.seed = 7});
  double sum = 0;
  double squares = 0;
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

// Of 3 x 2^62 values a plain remainder would favour the first third two to one, a plain product
// every third value.
TEST(Random, UniformIntHasNoBiasInAWideRange) {
  Random random({.seed = 8});
  std::array<int, 3> thirds{};
  std::array<int, 3> remainders{};
  for (int i = 0; i < 90'000; ++i) {
    const std::uint64_t value = random.uniform_int(0, 3 * kThird - 1);
    ++thirds.at(value / kThird);
    ++remainders.at(value % 3);
  }
  for (const int count : thirds) EXPECT_NEAR(count, 30'000, 700);  // five standard deviations
  for (const int count : remainders) EXPECT_NEAR(count, 30'000, 700);
}

TEST(Random, RefusesAKeyOrARangeThatIsNone) {
  EXPECT_DEATH(Random({.request = std::uint64_t{1} << 48U}), "48 bits");
  Random random({.seed = 1});
  EXPECT_DEATH(random.uniform_int(2, 1), "low end first");
}

TEST(Random, ExponentialHasItsMeanAndVariance) {
  Random random({.seed = 7, .purpose = Purpose::think_time});
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.exponential(3);
    sum += x;
    squares += x * x;
  }
  const double mean = sum / kDraws;
  EXPECT_NEAR(mean, 3, 0.015);  // five standard errors
  EXPECT_NEAR(squares / kDraws - mean * mean, 9, 0.13);
}

TEST(PortableLog, AgreesWithTheMachines) {
  Random random({.seed = 11});
  for (int i = 0; i < 100'000; ++i) {
    const double x =
        std::ldexp(0.5 + random.uniform(), static_cast<int>(random.uniform_int(0, 600)) - 300);
    const double truth = std::log(x);
    EXPECT_NEAR(portable_log(x), truth, 5e-16 * std::abs(truth)) << x;  // both may be off
  }
}

TEST(PortableLog, IsAsGoodBesideOneWhereTheLogarithmVanishes) {
  EXPECT_EQ(portable_log(1), 0);
  Random random({.seed = 12});
  for (int i = 0; i < 100'000; ++i) {
    const double x =
        1 + std::ldexp(random.uniform() - 0.5, -static_cast<int>(random.uniform_int(0, 40)));
    const double truth = std::log(x);
    EXPECT_NEAR(portable_log(x), truth, 5e-16 * std::abs(truth)) << x;
  }
}

TEST(PortableLog, ReachesTheEndsOfItsRangeAndRefusesWhatIsBeyond) {
  EXPECT_DOUBLE_EQ(portable_log(0x1p-1022), -708.39641853226408);
  EXPECT_DOUBLE_EQ(portable_log(0x1.fffffffffffffp+1023), 709.78271289338397);
  EXPECT_DEATH(portable_log(0), "normal number");
  EXPECT_DEATH(portable_log(std::nan("")), "normal number");
}

TEST(PortableExp, AgreesWithTheMachines) {
  Random random({.seed = 13});
  for (int i = 0; i < 100'000; ++i) {
    const double x = (random.uniform() - 0.5) * 1400;
    const double truth = std::exp(x);
    EXPECT_NEAR(portable_exp(x), truth, 1e-15 * truth) << x;
  }
  EXPECT_EQ(portable_exp(0), 1);
  EXPECT_DEATH(portable_exp(701), "normal number");
}

TEST(Random, NormalHasItsMoments) {
  Random random({.seed = 14});
  double sum = 0;
  double squares = 0;
  constexpr int kMany = 100'000;
  for (int i = 0; i < kMany; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kMany, 0, 0.01);
  EXPECT_NEAR(squares / kMany, 1, 0.02);
}

// Mean and variance of a gamma distribution of scale 1 are its shape.
TEST(Random, GammaHasItsMoments) {
  for (const double shape : {0.1, 0.5, 1.0, 3.0, 50.0}) {
    Random random({.seed = 15});
    double sum = 0;
    double squares = 0;
    constexpr int kMany = 100'000;
    for (int i = 0; i < kMany; ++i) {
      const double x = random.gamma(shape);
      EXPECT_GE(x, 0);
      sum += x;
      squares += x * x;
    }
    const double mean = sum / kMany;
    EXPECT_NEAR(mean, shape, 0.03 * shape + 0.005);
    EXPECT_NEAR(squares / kMany - mean * mean, shape, 0.08 * shape + 0.01);
  }
}

}  // namespace
}  // namespace spillway
