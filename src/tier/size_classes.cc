// SPDX-License-Identifier: Apache-2.0
#include "tier/size_classes.h"

#include <algorithm>

#include "core/error.h"
#include "tier/store.h"

namespace spillway::tier {
namespace {

constexpr std::uint64_t kStepsPerOctave = 8;

// 1 .. 8, then eight steps to each doubling, as far as `largest`.
std::vector<std::uint64_t> stepped_sizes(std::uint64_t largest) {
  std::vector<std::uint64_t> sizes;
  std::uint64_t step = 1;
  for (std::uint64_t size = 1; size <= largest; size += step) {
    sizes.push_back(size);
    if (size == 2 * kStepsPerOctave * step) step *= 2;
  }
  return sizes;
}

}  // namespace

SizeClasses::SizeClasses(std::uint64_t largest, std::span<const Bytes> expected)
    : largest_(largest), floors_(stepped_sizes(largest)) {
  for (const Bytes size : expected) {
    const std::uint64_t units = padded(size) / kBlockAlignment;
    check(units > 0, "a block has bytes");
    if (units <= largest) floors_.push_back(units);
  }
  std::ranges::sort(floors_);
  const auto repeated = std::ranges::unique(floors_);
  floors_.erase(repeated.begin(), repeated.end());
}

std::uint64_t SizeClasses::rounded_up(std::uint64_t units) const {
  const auto it = std::ranges::lower_bound(floors_, units);
  return it == floors_.end() ? largest_ + 1 : *it;
}

std::size_t SizeClasses::largest_within(std::uint64_t units) const {
  const auto above = std::ranges::upper_bound(floors_, units);
  return static_cast<std::size_t>(above - floors_.begin()) - 1;
}

}  // namespace spillway::tier
