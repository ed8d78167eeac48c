// SPDX-License-Identifier: Apache-2.0
#include "text/csv_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/text/temporary_directory.h"

namespace spillway::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Fields = std::vector<std::string>;

// The rows below the header.
std::vector<Fields> rows_of(const std::string& content) {
  const TemporaryDirectory directory;
  CsvReader reader(directory.write("a.csv", content));
  std::vector<Fields> rows;
  while (const auto row = reader.next()) rows.emplace_back(row->fields.begin(), row->fields.end());
  return rows;
}

TEST(CsvReader, SplitsRowsAtCommas) {
  EXPECT_THAT(rows_of("x,y\n1,2\n3,4\n"), ElementsAre(Fields{"1", "2"}, Fields{"3", "4"}));
  EXPECT_THAT(rows_of("x,y\n,\n,5,\n"), ElementsAre(Fields{"", ""}, Fields{"", "5", ""}));
  EXPECT_THAT(rows_of("x\n"), ElementsAre());
}

TEST(CsvReader, ReadsBothLineEndsAndALastLineWithoutOne) {
  EXPECT_THAT(rows_of("x,y\r\n1,2\r\n3,4"), ElementsAre(Fields{"1", "2"}, Fields{"3", "4"}));
}

TEST(CsvReader, TakesQuotedFieldsAsTheyStand) {
  EXPECT_THAT(rows_of("x,y,z\n\"a,b\",\" c \"\"d\"\"\",\"\"\n"),
              ElementsAre(Fields{"a,b", " c \"d\"", ""}));
}

TEST(CsvReader, DropsBlanksRoundPlainFieldsAndBlankLines) {
  EXPECT_THAT(rows_of("x,y\n\n  \t\r\n 1 ,\t2 3\t\n"), ElementsAre(Fields{"1", "2 3"}));
}

TEST(CsvReader, FindsColumnsByName) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("a.csv", "Timestamp, Request tokens ,Model,Model\n");
  const CsvReader reader(path);
  EXPECT_EQ(reader.column("Timestamp"), 0U);
  EXPECT_EQ(reader.column("Request tokens"), 1U);
  EXPECT_EQ(reader.find_column("TIMESTAMP"), std::nullopt);
  EXPECT_EQ(error_of([&] { reader.column("Session ID"); }),
            path +
                ":1: expected a column \"Session ID\", found Timestamp, Request tokens, Model, "
                "Model");
  EXPECT_EQ(error_of([&] { reader.find_column("Model"); }),
            path + ":1: expected one column \"Model\", found several");
}

TEST(CsvReader, IgnoresAByteOrderMark) {
  const TemporaryDirectory directory;
  const CsvReader reader(directory.write("a.csv", "\xEF\xBB\xBFx,y\n1,2\n"));
  EXPECT_EQ(reader.column("x"), 0U);
}

TEST(CsvReader, CountsLinesThatAreNoRows) {
  const TemporaryDirectory directory;
  CsvReader reader(directory.write("a.csv", "\nx\n\n1\n\n2\n"));
  EXPECT_EQ(reader.next().value_or(CsvRow()).line, 4U);
  EXPECT_EQ(reader.next().value_or(CsvRow()).line, 6U);
  EXPECT_FALSE(reader.next().has_value());
}

TEST(CsvReader, ReadsRowsThatCrossTheBuffersEnd) {
  const TemporaryDirectory directory;
  std::string content = "x,y\n";
  for (std::size_t i = 0; i < 5000; ++i) {
    content += std::to_string(i) + ",\"" + std::string(i % 300, 'a') + "\"\n";
  }
  CsvReader reader(directory.write("a.csv", content));
  for (std::size_t i = 0; i < 5000; ++i) {
    const auto row = reader.next();
    ASSERT_TRUE(row.has_value());
    EXPECT_EQ(row->fields[0], std::to_string(i));
    EXPECT_EQ(row->fields[1].size(), i % 300);
  }
}

TEST(CsvReader, NamesTheLineOfAFault) {
  const TemporaryDirectory directory;
  const auto fault = [&](const std::string& row) {
    CsvReader reader(directory.write("a.csv", "x,y\n1,2\n" + row), Bytes(100));
    reader.next();
    return error_of([&] { reader.next(); });
  };
  const std::string line = directory.file("a.csv") + ":3: ";
  EXPECT_EQ(fault("1,\"2\n3\"\n"),
            line + "expected a quote that ends the field, found the end of the line");
  EXPECT_EQ(fault("\"\"\""),
            line + "expected a quote that ends the field, found the end of the line");
  EXPECT_EQ(fault("\"1\"x,2\n"),
            line + "expected a comma behind the quote that ends the field, found more text");
  EXPECT_EQ(fault("1,5'10\"\n"),
            line + "expected quotes round the whole field, found one inside of it");
  EXPECT_THAT(fault("1, \"2\"\n"), HasSubstr(line + "expected quotes round the whole field"));
  EXPECT_THAT(fault(std::string(101, '1')), HasSubstr(line + "expected a line of at most 100"));
}

TEST(CsvReader, RefusesAFileWithoutAHeader) {
  const TemporaryDirectory directory;
  for (const char* content : {"", "\n \r\n"}) {
    const std::string path = directory.write("a.csv", content);
    EXPECT_EQ(error_of([&] { const CsvReader reader(path); }),
              path + ":1: expected a line with the names of the columns, found an empty file");
  }
}

}  // namespace
}  // namespace spillway::text
