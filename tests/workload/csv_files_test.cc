// SPDX-License-Identifier: Apache-2.0
#include "workload/csv_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/text/temporary_directory.h"

namespace spillway::workload {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(CsvFiles, AreTheFileThatIsNamed) {
  const TemporaryDirectory directory;
  EXPECT_THAT(csv_files("missing"), ElementsAre("missing"));  // whoever opens it says so
  const std::string odd = directory.write("[a]*.csv", "");
  directory.write("a1.csv", "");
  EXPECT_THAT(csv_files(odd), ElementsAre(odd));
}

TEST(CsvFiles, AreThoseOfADirectoryByName) {
  const TemporaryDirectory directory;
  for (const char* name : {"b.csv", "a.csv", ".c.csv", "d.txt"}) directory.write(name, "");
  EXPECT_THAT(csv_files(directory.path()),
              ElementsAre(directory.file("a.csv"), directory.file("b.csv")));
}

TEST(CsvFiles, AreThoseThatMatchAPatternByName) {
  const TemporaryDirectory directory;
  for (const char* name : {"b2.csv", "b1.csv", "a1.csv"}) directory.write(name, "");
  EXPECT_THAT(csv_files(directory.file("b?.csv")),
              ElementsAre(directory.file("b1.csv"), directory.file("b2.csv")));
}

TEST(CsvFiles, AreMissedWhenThereAreNone) {
  const TemporaryDirectory directory;
  EXPECT_EQ(error_of([&] { csv_files(directory.path()); }),
            directory.path() + ": expected *.csv files, found none");
  EXPECT_THAT(error_of([&] { csv_files(directory.file("*.csv")); }),
              HasSubstr("*.csv: expected files that match the pattern, found none"));
}

}  // namespace
}  // namespace spillway::workload
