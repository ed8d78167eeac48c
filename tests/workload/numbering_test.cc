// SPDX-License-Identifier: Apache-2.0
#include "workload/numbering.h"

#include <gtest/gtest.h>

#include <string>

namespace spillway::workload {
namespace {

TEST(Numbering, CountsNamesAsTheyAppear) {
  Numbering<std::string> numbering;
  EXPECT_EQ(numbering.number_of("b"), 0U);
  EXPECT_EQ(numbering.number_of("a"), 1U);
  EXPECT_EQ(numbering.number_of("b"), 0U);
  EXPECT_EQ(numbering.number_of(""), 2U);
  EXPECT_EQ(numbering.size(), 3U);
}

}  // namespace
}  // namespace spillway::workload
