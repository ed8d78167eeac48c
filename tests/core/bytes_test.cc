// SPDX-License-Identifier: Apache-2.0
#include "core/bytes.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace spillway {
namespace {

TEST(Bytes, TellsBinaryFromDecimalUnits) {
  EXPECT_EQ((1_MiB).count(), 1'048'576U);
  EXPECT_EQ((1_MB).count(), 1'000'000U);
  EXPECT_LT(1_GB, 1_GiB);
}

TEST(Bytes, RoundsUpToAUnit) {
  EXPECT_EQ(round_up(1_B, 4_KiB), 4_KiB);
  EXPECT_EQ(round_up(8_KiB, 4_KiB), 8_KiB);
  EXPECT_EQ(round_up(Bytes(0), 4_KiB), Bytes(0));
}

TEST(Bytes, AreNotTokens) { EXPECT_FALSE((std::is_convertible_v<Bytes, Tokens>)); }

}  // namespace
}  // namespace spillway
