// SPDX-License-Identifier: Apache-2.0
#include "report/table.h"

#include <gtest/gtest.h>

namespace spillway::report {
namespace {

TEST(Table, AlignsNamesLeftAndFiguresRight) {
  Table table({"", "read", "write"});
  EXPECT_TRUE(table.empty());
  table.add({"bytes", "1,000", "-"});
  table.add({"operations", "7", ""});
  EXPECT_EQ(table.text(1),
            "              read  write\n"
            " bytes       1,000      -\n"
            " operations      7\n");
}

TEST(TableDeathTest, RefusesARowOfAnotherLength) {
  Table table({"", "read"});
  EXPECT_DEATH(table.add({"bytes"}), "a cell for each column");
}

}  // namespace
}  // namespace spillway::report
