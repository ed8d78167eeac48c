// Random: chance that depends on what it is for, not on who asked first.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace spillway {

// What a stream is drawn for. Add at the end: the number is part of the key of every stream.
enum class Purpose : std::uint16_t {
  arrival,
  length,
  persona,
  think_time,
  retrieval,
  fault,
  shuffle,
  qos,
  conversation,
  prefix,
  answer,
  prompt
};

// Two streams with different keys are independent; the same key gives the same numbers on every
// machine, on any thread, in any order of asking.
struct StreamKey {
  std::uint64_t seed = 0;
  Purpose purpose = Purpose::arrival;
  std::uint32_t user = 0;
  std::uint64_t request = 0;  // 0 .. 2^48-1
};

// The stream of something that has a 64-bit name, such as the hash of a text.
StreamKey named_stream(std::uint64_t seed, Purpose purpose, std::uint64_t name);

// A stream of numbers: Philox4x32-10, a counter-based generator (Salmon et al., "Parallel random
// numbers: as easy as 1, 2, 3", SC 2011). Draw i is a function of (key, i): nothing to seed,
// nothing to share. A stream has 2^33 numbers, then it repeats. Samplers use + - * / and sqrt only,
// which IEEE 754 fixes to the last bit; libm's log differs between machines.
class Random {
 public:
  explicit Random(const StreamKey& key);

  std::uint64_t next();
  // Uniform in [0, 1), a multiple of 2^-53.
  double uniform();
  // Uniform among low .. high, both included; unbiased (Lemire, TOMACS 29(1), 2019).
  std::uint64_t uniform_int(std::uint64_t low, std::uint64_t high);
  // Exponential with this mean: the gaps of a Poisson process.
  double exponential(double mean);
  // Standard normal: the polar method (Marsaglia and Bray, SIAM Review 6(3), 1964).
  double normal();
  // Gamma of this shape (above 0) and scale 1 (Marsaglia and Tsang, TOMS 26(3), 2000).
  double gamma(double shape);

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint64_t, 2> drawn_{};
  unsigned left_ = 0;
};

// One block of Philox4x32-10: the function behind every draw.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key);

// Natural logarithm of a positive, finite, normal number from + - * / alone, so with the same bits
// everywhere; wrong by at most 4e-16 of itself (the worst of 160 million draws: 3.3e-16).
double portable_log(double x);
// e to the power x, for x from -700 to 700, likewise; wrong by at most 1e-15 of itself.
double portable_exp(double x);

}  // namespace spillway
