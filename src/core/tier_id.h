// TierId: the places a block can lie in, fastest first.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace spillway {

// Spelt as in records and flags. The order is the waterfall's: what leaves one goes to a later one.
enum class TierId : std::uint8_t { gpu, cpu, storage };
inline constexpr std::size_t kTiers = 3;
inline constexpr std::array<TierId, kTiers> kAllTiers = {TierId::gpu, TierId::cpu, TierId::storage};

constexpr std::size_t index_of(TierId tier) { return static_cast<std::size_t>(tier); }
constexpr const char* name_of(TierId tier) {
  constexpr std::array<const char*, kTiers> kNames = {"gpu", "cpu", "storage"};
  return kNames.at(index_of(tier));
}

// One value for each tier, asked for by the tier's name.
template <typename T>
struct PerTier : std::array<T, kTiers> {
  using std::array<T, kTiers>::operator[];
  constexpr T& operator[](TierId tier) { return (*this)[index_of(tier)]; }
  constexpr const T& operator[](TierId tier) const { return (*this)[index_of(tier)]; }
};

}  // namespace spillway
