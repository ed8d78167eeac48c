// SPDX-License-Identifier: Apache-2.0
#include "text/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/text/temporary_directory.h"

namespace spillway::text {
namespace {

using testing::ElementsAre;

std::vector<std::string> lines_of(const std::string& content) {
  const TemporaryDirectory directory;
  LineReader reader(directory.write("lines", content));
  std::vector<std::string> lines;
  while (const auto line = reader.next()) lines.emplace_back(line->text);
  return lines;
}

TEST(LineReader, ReadsLinesWithAndWithoutALastNewline) {
  EXPECT_THAT(lines_of("a\nb\n"), ElementsAre("a", "b"));
  EXPECT_THAT(lines_of("a\nb"), ElementsAre("a", "b"));
  EXPECT_THAT(lines_of("\n\na\n\n"), ElementsAre("", "", "a", ""));
  EXPECT_THAT(lines_of(""), ElementsAre());
}

TEST(LineReader, DropsTheReturnBeforeANewline) {
  EXPECT_THAT(lines_of("a\r\nb\rc\r\n\r\nd\r"), ElementsAre("a", "b\rc", "", "d"));
}

TEST(LineReader, KnowsWhereEveryLineLies) {
  const TemporaryDirectory directory;
  std::string content;
  std::vector<std::uint64_t> offsets;
  for (std::size_t i = 0; i < 3000; ++i) {  // a megabyte: lines cross the buffer's end
    offsets.push_back(content.size());
    content += std::string(i % 700, 'x') + (i % 2 == 0 ? "\r\n" : "\n");
  }
  LineReader reader(directory.write("lines", content));
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const Line line = reader.next().value_or(Line());
    EXPECT_EQ(line.number, i + 1);
    EXPECT_EQ(line.offset, offsets[i]);
    EXPECT_EQ(line.text, std::string(i % 700, 'x'));
  }
  EXPECT_FALSE(reader.next().has_value());
}

TEST(LineReader, RefusesALongLineByNumber) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("lines", "1234567890\n12345678901\n");
  LineReader reader(path, Bytes(10));
  EXPECT_EQ(reader.next().value_or(Line()).text, "1234567890");
  EXPECT_EQ(error_of([&] { reader.next(); }),
            path + ":2: expected a line of at most 10 bytes, found a longer one");
}

TEST(LineReader, RefusesALineThatNeverEndsInBoundedMemory) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("lines", "a\n" + std::string(5'000'000, 'x'));
  LineReader reader(path, Bytes(1'000'000));
  EXPECT_EQ(reader.next().value_or(Line()).text, "a");
  EXPECT_THAT(error_of([&] { reader.next(); }),
              testing::HasSubstr(":2: expected a line of at most"));
}

}  // namespace
}  // namespace spillway::text
