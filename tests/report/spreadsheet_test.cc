// SPDX-License-Identifier: Apache-2.0
#include "report/spreadsheet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/record/filled_run.h"
#include "tests/text/temporary_directory.h"

namespace spillway::report {
namespace {

using analysis::Profile;
using record::Value;
using testing::HasSubstr;
using testing::StartsWith;

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(ToCsv, QuotesWhatNeedsIt) {
  const Sheet sheet{.name = "s",
                    .heading = {"plain", "comma, here"},
                    .rows = {{std::string("say \"hi\""), std::string("two\nlines")},
                             {Value(), Value(0.25)},
                             {Value(true), Value(std::int64_t{-7})}}};
  EXPECT_EQ(to_csv(sheet),
            "plain,\"comma, here\"\r\n"
            "\"say \"\"hi\"\"\",\"two\nlines\"\r\n"
            ",0.25\r\n"
            "yes,-7\r\n");
}

TEST(ToCsv, NeverBeginsAFormula) {
  const Sheet sheet{.name = "s",
                    .heading = {"path"},
                    .rows = {{std::string("=cmd()")},
                             {std::string("+1")},
                             {std::string("-1,2")},
                             {std::string("@x")},
                             {std::string("a=b")}}};
  EXPECT_EQ(to_csv(sheet), "path\r\n'=cmd()\r\n'+1\r\n\"'-1,2\"\r\n'@x\r\na=b\r\n");
}

TEST(WriteSpreadsheet, CsvIsAHeadingAndARow) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("out.csv");
  write_spreadsheet(record::filled_run(), Profile::latency, path);
  const std::string text = content(path);
  EXPECT_THAT(text, StartsWith("Timestamp,Model,Num Users,"));
  EXPECT_THAT(text, HasSubstr("\r\n2026-01-02T03:04:05Z,llama3.1-8b,"));
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
}

TEST(WriteSpreadsheet, XlsxIsAWorkbookOfAllSheets) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("out.xlsx");
  write_spreadsheet(record::filled_run(), Profile::latency, path);
  const std::string bytes = content(path);
  EXPECT_THAT(bytes, StartsWith("PK"));  // a zip archive, whose directory names the sheets
  for (const char* part : {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet4.xml"}) {
    EXPECT_THAT(bytes, HasSubstr(part));
  }
  EXPECT_THAT(bytes, testing::Not(HasSubstr("xl/worksheets/sheet5.xml")));
}

TEST(WriteSpreadsheet, NamesAFileThatCannotBeWritten) {
  const TemporaryDirectory directory;
  for (const char* name : {"none/out.csv", "none/out.xlsx"}) {
    EXPECT_THAT(error_of([&] {
                  write_spreadsheet(record::filled_run(), Profile::latency, directory.file(name));
                }),
                HasSubstr(name));
  }
}

TEST(CheckSpreadsheetName, WantsASuffixThatItKnows) {
  check_spreadsheet_name("a.csv");
  check_spreadsheet_name("a.xlsx");
  EXPECT_THAT(error_of([] { check_spreadsheet_name("a.xls"); }),
              AllOf(HasSubstr("a.xls"), HasSubstr(".xlsx or .csv")));
}

}  // namespace
}  // namespace spillway::report
