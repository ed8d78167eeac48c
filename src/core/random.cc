// SPDX-License-Identifier: Apache-2.0
#include "core/random.h"

#include <bit>
#include <cmath>
#include <numbers>

#include "core/error.h"

namespace spillway {
namespace {

// Multipliers and Weyl constants of the paper, table 2.
constexpr std::uint64_t kMultiply0 = 0xD2511F53U;
constexpr std::uint64_t kMultiply1 = 0xCD9E8D57U;
constexpr std::uint32_t kWeyl0 = 0x9E3779B9U;
constexpr std::uint32_t kWeyl1 = 0xBB67AE85U;

// ln 2 in two parts: the first has 21 zero bits at its end, so that it times any exponent is exact.
// NOLINTNEXTLINE(modernize-use-std-numbers): it is not ln 2
constexpr double kLn2High = 0x1.62e42fee00000p-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;

}  // namespace

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = kMultiply0 * counter[0];
    const std::uint64_t b = kMultiply1 * counter[2];
    counter = {
        static_cast<std::uint32_t>(b >> 32U) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
        static_cast<std::uint32_t>(a >> 32U) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

StreamKey named_stream(std::uint64_t seed, Purpose purpose, std::uint64_t name) {
  constexpr unsigned kRequestBits = 48;  // the most that a request number has
  return {.seed = seed,
          .purpose = purpose,
          .user = static_cast<std::uint32_t>(name >> kRequestBits),
          .request = name & ((std::uint64_t{1} << kRequestBits) - 1)};
}

// The counter's first word counts blocks of two draws; the others say whose stream it is.
Random::Random(const StreamKey& key)
    : key_{static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32U)},
      counter_{0, key.user, static_cast<std::uint32_t>(key.request),
               static_cast<std::uint32_t>(key.request >> 32U << 16U) |
                   static_cast<std::uint32_t>(key.purpose)} {
  check(key.request < (std::uint64_t{1} << 48U), "a stream's request number fits 48 bits");
}

std::uint64_t Random::next() {
  if (left_ == 0) {
    const std::array<std::uint32_t, 4> block = philox(counter_, key_);
    drawn_ = {block[0] | (std::uint64_t{block[1]} << 32U),
              block[2] | (std::uint64_t{block[3]} << 32U)};
    ++counter_[0];
    left_ = 2;
  }
  return drawn_.at(2 - left_--);
}

double Random::uniform() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

std::uint64_t Random::uniform_int(std::uint64_t low, std::uint64_t high) {
  check(low <= high, "a range has its low end first");
  const std::uint64_t range = high - low + 1;
  if (range == 0) return next();
  unsigned __int128 product = static_cast<unsigned __int128>(next()) * range;
  if (static_cast<std::uint64_t>(product) < range) {
    const std::uint64_t rejected_below = (0 - range) % range;
    while (static_cast<std::uint64_t>(product) < rejected_below) {
      product = static_cast<unsigned __int128>(next()) * range;
    }
  }
  return low + static_cast<std::uint64_t>(product >> 64U);
}

double Random::exponential(double mean) { return -mean * portable_log(1.0 - uniform()); }

double Random::normal() {
  while (true) {
    const double x = 2 * uniform() - 1;
    const double y = 2 * uniform() - 1;
    const double square = x * x + y * y;
    if (square > 0 && square < 1) return x * std::sqrt(-2 * portable_log(square) / square);
  }
}

// A shape below 1 is drawn as one above it, times U^(1 / shape).
double Random::gamma(double shape) {
  check(shape > 0, "the shape of a gamma distribution is above 0");
  if (shape < 1) {
    const double power = portable_log(1.0 - uniform()) / shape;
    const double drawn = gamma(shape + 1);
    return power < -700 ? 0 : drawn * portable_exp(power);
  }
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = normal();
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    if (portable_log(1.0 - uniform()) < x * x / 2 + d - d * v + d * portable_log(v)) return d * v;
  }
}

// x = m x 2^e with m in [sqrt(1/2), sqrt(2)); log m = 2 atanh((m - 1) / (m + 1)) by its series,
// whose argument is at most 0.172, so that 11 terms reach the last bit.
double portable_log(double x) {
  check(x >= 0x1.0p-1022 && x <= 0x1.fffffffffffffp+1023, "the logarithm of a normal number");
  const auto bits = std::bit_cast<std::uint64_t>(x);
  auto exponent = static_cast<int>(bits >> 52U) - 1023;
  auto m = std::bit_cast<double>((bits & 0xFFFFFFFFFFFFFU) | 0x3FF0000000000000U);
  if (m > std::numbers::sqrt2) {
    m *= 0.5;
    ++exponent;
  }
  const double s = (m - 1) / (m + 1);
  const double square = s * s;
  double series = 0;
  for (int term = 23; term >= 3; term -= 2) series = (series + 1.0 / term) * square;
  return exponent * kLn2High + (2 * s + (2 * s * series + exponent * kLn2Low));
}

// x = k ln 2 + r with |r| at most 0.35; e^r by its series, 2^k by the exponent's bits.
double portable_exp(double x) {
  check(x >= -700 && x <= 700, "the power of e is a normal number");
  const auto k = static_cast<int>(x / std::numbers::ln2 + (x < 0 ? -0.5 : 0.5));
  const double r = (x - k * kLn2High) - k * kLn2Low;
  double series = 1;
  for (int term = 18; term >= 1; --term) series = 1 + series * r / term;
  return series * std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52U);
}

}  // namespace spillway
