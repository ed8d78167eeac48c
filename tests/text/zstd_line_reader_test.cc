// SPDX-License-Identifier: Apache-2.0
#include "text/zstd_line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/text/temporary_directory.h"
#include "text/zstd_writer.h"

namespace spillway::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string compressed(const TemporaryDirectory& directory, const std::string& content) {
  const std::string path = directory.file("lines.zst");
  ZstdWriter writer(path);
  writer.append(content);
  writer.close();
  return path;
}

std::vector<std::string> lines_of(const std::string& path) {
  ZstdLineReader reader(path);
  std::vector<std::string> lines;
  while (const auto line = reader.next()) lines.emplace_back(line->text);
  return lines;
}

TEST(ZstdLineReader, ReadsLinesAsLineReaderDoes) {
  const TemporaryDirectory directory;
  EXPECT_THAT(lines_of(compressed(directory, "a\nb\n")), ElementsAre("a", "b"));
  EXPECT_THAT(lines_of(compressed(directory, "a\r\n\nb")), ElementsAre("a", "", "b"));
  EXPECT_THAT(lines_of(compressed(directory, "")), ElementsAre());
}

TEST(ZstdLineReader, KnowsWhereEveryLineLiesInTheText) {
  const TemporaryDirectory directory;
  std::string content;
  std::vector<std::uint64_t> offsets;
  for (std::size_t i = 0; i < 3000; ++i) {  // a megabyte: lines cross the pieces' ends
    offsets.push_back(content.size());
    content += std::string(i % 700, 'x') + "\n";
  }
  ZstdLineReader reader(compressed(directory, content));
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const Line line = reader.next().value_or(Line());
    EXPECT_EQ(line.number, i + 1);
    EXPECT_EQ(line.offset, offsets[i]);
    EXPECT_EQ(line.text, std::string(i % 700, 'x'));
  }
  EXPECT_FALSE(reader.next().has_value());
}

TEST(ZstdLineReader, GoesOnInTheNextFrame) {
  const TemporaryDirectory directory;
  const std::string path = compressed(directory, "a\nb");
  const std::string both = directory.file("both.zst");
  for (int i = 0; i < 2; ++i) {
    std::ofstream(both, std::ios::binary | std::ios::app)
        << std::ifstream(path, std::ios::binary).rdbuf();
  }
  EXPECT_THAT(lines_of(both), ElementsAre("a", "ba", "b"));
}

TEST(ZstdLineReader, RefusesAFileThatEndsWithinAFrame) {
  const TemporaryDirectory directory;
  const std::string path = compressed(directory, std::string(100, 'a') + "\nb\n");
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
  EXPECT_THAT(error_of([&] { lines_of(path); }),
              HasSubstr(path + ": expected a whole zstd file, found one that ends within a frame"));
}

TEST(ZstdLineReader, RefusesWhatIsNotZstd) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("a.zst", "Timestamp,Operation\n");
  EXPECT_THAT(error_of([&] { lines_of(path); }), HasSubstr(path + ": expected a zstd file, found"));
}

TEST(ZstdLineReader, RefusesALongLineByNumber) {
  const TemporaryDirectory directory;
  const std::string path = compressed(directory, "1234567890\n12345678901\n");
  ZstdLineReader reader(path, Bytes(10));
  EXPECT_EQ(reader.next().value_or(Line()).text, "1234567890");
  EXPECT_EQ(error_of([&] { reader.next(); }),
            path + ":2: expected a line of at most 10 bytes, found a longer one");
}

TEST(ZstdLineReader, RefusesALineThatNeverEndsInBoundedMemory) {
  const TemporaryDirectory directory;
  const std::string path = compressed(directory, "a\n" + std::string(50'000'000, 'x'));
  ZstdLineReader reader(path, Bytes(1'000'000));
  EXPECT_EQ(reader.next().value_or(Line()).text, "a");
  EXPECT_THAT(error_of([&] { reader.next(); }), HasSubstr(":2: expected a line of at most"));
}

}  // namespace
}  // namespace spillway::text
