// SPDX-License-Identifier: Apache-2.0
#include "tier/size_classes.h"

#include <gtest/gtest.h>

#include "tier/store.h"

namespace spillway::tier {
namespace {

TEST(SizeClasses, ExpectedSizesWasteNothing) {
  const std::vector<Bytes> expected = {68_KiB, 1'228_KiB, 77'000_B};
  const SizeClasses classes(1'000'000, expected);
  EXPECT_EQ(classes.rounded_up(17), 17U);
  EXPECT_EQ(classes.rounded_up(307), 307U);
  EXPECT_EQ(classes.rounded_up(19), 19U);  // 77,000 bytes are 18.8 units
}

TEST(SizeClasses, OthersWasteAnEighthAtMost) {
  const SizeClasses classes(1'000'000, {});
  for (std::uint64_t units = 1; units < 900'000; units += units / 100 + 1) {
    const std::uint64_t rounded = classes.rounded_up(units);
    EXPECT_GE(rounded, units);
    EXPECT_LE(rounded - units, units / 8) << units;
  }
  EXPECT_EQ(classes.rounded_up(17), 18U);
  EXPECT_EQ(classes.rounded_up(33), 36U);
}

TEST(SizeClasses, AHoleOfAClassHoldsExactlyThatClass) {
  const std::vector<Bytes> expected = {132_KiB, 532_KiB};
  const SizeClasses classes(5'000, expected);
  for (std::uint64_t units = 1; units <= 4'000; ++units) {
    const std::uint64_t rounded = classes.rounded_up(units);
    EXPECT_EQ(classes.rounded_up(rounded), rounded);
    EXPECT_LT(classes.largest_within(rounded - 1 == 0 ? 1 : rounded - 1),
              classes.largest_within(rounded) + (rounded == 1 ? 1 : 0));
  }
}

TEST(SizeClasses, NothingFitsAboveTheLargest) {
  const SizeClasses classes(20, {});
  EXPECT_EQ(classes.rounded_up(20), 20U);
  EXPECT_EQ(classes.rounded_up(21), 21U);
  EXPECT_EQ(classes.rounded_up(1'000), 21U);
}

TEST(SizeClasses, FewForASpaceWithoutALimit) {
  const SizeClasses classes(~std::uint64_t{0} / kBlockAlignment.count(), {});
  EXPECT_LT(classes.count(), 450U);
}

}  // namespace
}  // namespace spillway::tier
