// SPDX-License-Identifier: Apache-2.0
#include "load/arrivals.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace spillway::load {
namespace {

using namespace std::chrono_literals;

struct Moments {
  double mean;
  double variation;  // coefficient of
};

Moments moments_of(const ArrivalOptions& options) {
  constexpr int kGaps = 20'000;
  Arrivals arrivals(options, 42);
  double sum = 0;
  double squares = 0;
  Duration last{};
  for (int i = 0; i < kGaps; ++i) {
    const Duration next = arrivals.next();
    const double gap = to_seconds(next - last);
    sum += gap;
    squares += gap * gap;
    last = next;
  }
  const double mean = sum / kGaps;
  return {.mean = mean, .variation = std::sqrt(squares / kGaps - mean * mean) / mean};
}

TEST(Arrivals, ConstantGapsAreConstant) {
  Arrivals arrivals({.gaps = Gaps::constant, .per_second = 4}, 1);
  EXPECT_EQ(arrivals.next(), 250ms);
  EXPECT_EQ(arrivals.next(), 500ms);
  EXPECT_EQ(arrivals.next(), 750ms);
}

TEST(Arrivals, HaveTheRateAndTheVariationAskedFor) {
  const Moments poisson = moments_of({.gaps = Gaps::poisson, .per_second = 10});
  EXPECT_NEAR(poisson.mean, 0.1, 0.003);
  EXPECT_NEAR(poisson.variation, 1, 0.03);
  for (const double burstiness : {0.25, 1.0, 4.0}) {
    const Moments gamma =
        moments_of({.gaps = Gaps::gamma, .per_second = 10, .burstiness = burstiness});
    EXPECT_NEAR(gamma.mean, 0.1, 0.006) << burstiness;
    EXPECT_NEAR(gamma.variation, 1 / std::sqrt(burstiness), 0.1 / burstiness) << burstiness;
  }
}

TEST(Arrivals, AreTheSamePerSeed) {
  const ArrivalOptions options = {.gaps = Gaps::poisson, .per_second = 10};
  Arrivals a(options, 1);
  Arrivals b(options, 1);
  Arrivals c(options, 2);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(a.next(), b.next());
  EXPECT_NE(a.next(), c.next());
}

}  // namespace
}  // namespace spillway::load
