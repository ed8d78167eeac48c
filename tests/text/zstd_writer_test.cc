// SPDX-License-Identifier: Apache-2.0
#include "text/zstd_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "tests/text/temporary_directory.h"
#include "text/zstd_line_reader.h"

namespace spillway::text {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(ZstdWriter, WritesPlainTextAsItIs) {
  const TemporaryDirectory directory;
  ZstdWriter writer(directory.file("a.csv"));
  writer.append("one\n");
  writer.append("");
  writer.append("two");
  writer.close();
  EXPECT_EQ(content_of(directory.file("a.csv")), "one\ntwo");
}

TEST(ZstdWriter, CompressesWhenThePathSaysSo) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("a.csv.zst");
  ZstdWriter writer(path);
  constexpr int kLines = 200'000;
  for (int i = 0; i < kLines; ++i) writer.append("line " + std::to_string(i) + "\n");
  writer.close();
  // The magic number of a zstd frame, RFC 8878 section 3.1.1.
  EXPECT_THAT(content_of(path), StartsWith("\x28\xb5\x2f\xfd"));
  EXPECT_LT(content_of(path).size(), std::size_t{kLines} * 3);

  ZstdLineReader reader(path);
  for (int i = 0; i < kLines; ++i) {
    const auto line = reader.next();
    ASSERT_TRUE(line.has_value());
    ASSERT_EQ(line->text, "line " + std::to_string(i));
  }
  EXPECT_FALSE(reader.next().has_value());
}

TEST(ZstdWriter, ReplacesAFileThatIsThere) {
  const TemporaryDirectory directory;
  ZstdWriter writer(directory.write("a", "a longer text than the next"));
  writer.append("short");
  writer.close();
  EXPECT_EQ(content_of(directory.file("a")), "short");
}

TEST(ZstdWriter, NamesThePathThatCannotBeCreated) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("none/a.zst");
  EXPECT_EQ(error_of([&] { const ZstdWriter writer(path); }),
            "create " + path + ": No such file or directory");
}

TEST(ZstdWriter, NamesThePathThatCannotBeWritten) {
  const std::string full = "/dev/full";  // every write fails with ENOSPC
  ZstdWriter writer(full);
  writer.append("a little waits for close()");
  EXPECT_EQ(error_of([&] { writer.close(); }), "write /dev/full: No space left on device");

  ZstdWriter busy(full);
  EXPECT_THAT(error_of([&] { busy.append(std::string(1'000'000, 'x')); }),
              HasSubstr("/dev/full: No space left"));
}

TEST(ZstdWriter, KnowsAPathByItsEnd) {
  EXPECT_TRUE(is_zstd_path("a/b.csv.zst"));
  EXPECT_FALSE(is_zstd_path("a.zst/b.csv"));
  EXPECT_FALSE(is_zstd_path("zst"));
  EXPECT_FALSE(is_zstd_path(""));
}

}  // namespace
}  // namespace spillway::text
