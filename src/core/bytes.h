// Sizes as types: bytes of memory or storage, and tokens of a prompt or an answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>

namespace spillway {

// A number that counts one kind of thing; numbers of different kinds do not mix.
// Arithmetic wraps as unsigned integers do: subtract only what was added before.
template <typename Kind>
class Count {
 public:
  constexpr Count() = default;
  constexpr explicit Count(std::uint64_t count) : count_(count) {}

  constexpr std::uint64_t count() const { return count_; }

  friend constexpr auto operator<=>(Count, Count) = default;
  friend constexpr Count operator+(Count a, Count b) { return Count(a.count_ + b.count_); }
  friend constexpr Count operator-(Count a, Count b) { return Count(a.count_ - b.count_); }
  friend constexpr Count operator*(Count a, std::uint64_t times) { return Count(a.count_ * times); }
  friend constexpr Count operator*(std::uint64_t times, Count a) { return a * times; }
  friend constexpr Count operator/(Count a, std::uint64_t parts) { return Count(a.count_ / parts); }
  friend constexpr std::uint64_t operator/(Count a, Count b) { return a.count_ / b.count_; }
  friend constexpr Count operator%(Count a, Count b) { return Count(a.count_ % b.count_); }
  constexpr Count& operator+=(Count other) { return *this = *this + other; }
  constexpr Count& operator-=(Count other) { return *this = *this - other; }

 private:
  std::uint64_t count_ = 0;
};

using Bytes = Count<struct BytesKind>;
using Tokens = Count<struct TokensKind>;

// Smallest multiple of `unit` that holds `size`. The unit is above zero.
constexpr Bytes round_up(Bytes size, Bytes unit) {
  return Bytes((size.count() + unit.count() - 1) / unit.count() * unit.count());
}

inline namespace literals {
// Binary units (KiB) measure memory and objects, decimal units (GB) measure rates, as drives are
// sold.
constexpr Bytes operator""_B(unsigned long long n) { return Bytes(n); }
constexpr Bytes operator""_KiB(unsigned long long n) { return Bytes(n << 10U); }
constexpr Bytes operator""_MiB(unsigned long long n) { return Bytes(n << 20U); }
constexpr Bytes operator""_GiB(unsigned long long n) { return Bytes(n << 30U); }
constexpr Bytes operator""_TiB(unsigned long long n) { return Bytes(n << 40U); }
constexpr Bytes operator""_MB(unsigned long long n) { return Bytes(n * 1'000'000U); }
constexpr Bytes operator""_GB(unsigned long long n) { return Bytes(n * 1'000'000'000U); }
}  // namespace literals

}  // namespace spillway
