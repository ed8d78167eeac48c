// SPDX-License-Identifier: Apache-2.0
#include "telemetry/key_values.h"

#include <gtest/gtest.h>

namespace spillway::telemetry {
namespace {

TEST(FindValue, TakesTheFirstLineThatBeginsWithTheKey) {
  EXPECT_EQ(find_value("a: 1\nab:  2 kB\nab: 3", "ab:"), "2 kB");
  EXPECT_EQ(find_value("a: 1", "b"), "");
}

TEST(FindNumber, IsMissingForWhatIsNoNumber) {
  EXPECT_EQ(find_number("n: 12 kB", "n:"), 12U);
  EXPECT_FALSE(find_number("n: x", "n:").has_value());
  EXPECT_FALSE(find_number("", "n:").has_value());
}

}  // namespace
}  // namespace spillway::telemetry
