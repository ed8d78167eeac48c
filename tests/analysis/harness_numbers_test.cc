// SPDX-License-Identifier: Apache-2.0
#include "analysis/harness_numbers.h"

#include <gtest/gtest.h>

namespace spillway::analysis {
namespace {

// As Python 3 has them: round(2.675, 2) is 2.67, since the number lies below.
TEST(HarnessNumbersTest, RoundsWhatTheNumberIs) {
  EXPECT_EQ(rounded(2.675, 2), 2.67);
  EXPECT_EQ(rounded(0.0005, 3), 0.001);
  EXPECT_EQ(rounded(1.25, 1), 1.2);
  EXPECT_EQ(rounded(-1.5, 0), -2);
}

}  // namespace
}  // namespace spillway::analysis
