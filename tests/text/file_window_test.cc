// SPDX-License-Identifier: Apache-2.0
#include "text/file_window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "tests/text/temporary_directory.h"

namespace spillway::text {
namespace {

using testing::HasSubstr;

std::string all_of(FileWindow& window) {
  std::string text;
  while (!window.ahead().empty()) {
    text += window.ahead();
    window.skip(window.ahead().size());
  }
  return text;
}

std::string numbers(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += std::to_string(i) + "\n";
  return text;
}

TEST(FileWindow, ReadsAFileLargerThanItsBuffer) {
  const TemporaryDirectory directory;
  const std::string text = numbers(200'000);
  FileWindow window(directory.write("numbers", text), Bytes(0));
  EXPECT_EQ(all_of(window), text);
  EXPECT_EQ(window.offset(), text.size());
}

TEST(FileWindow, KeepsWhatIsHeldAcrossReads) {
  const TemporaryDirectory directory;
  const std::string text = numbers(200'000);
  FileWindow window(directory.write("numbers", text), Bytes(text.size()));
  ASSERT_FALSE(window.ahead().empty());
  window.skip(100);
  window.hold();
  all_of(window);
  EXPECT_EQ(window.held(), std::string_view(text).substr(100));
}

TEST(FileWindow, RefusesToHoldMoreThanItsLimit) {
  const TemporaryDirectory directory;
  FileWindow window(directory.write("numbers", numbers(200'000)), Bytes(1000));
  ASSERT_FALSE(window.ahead().empty());
  window.skip(2);  // the first line
  window.hold();
  EXPECT_THAT(error_of([&] { all_of(window); }),
              HasSubstr("numbers:2: expected no more than 1000"));
}

TEST(FileWindow, IsEmptyForAnEmptyFile) {
  const TemporaryDirectory directory;
  FileWindow window(directory.write("empty", ""), Bytes(10));
  EXPECT_TRUE(window.ahead().empty());
  EXPECT_FALSE(window.read_more());
}

TEST(FileWindow, RefusesWhatIsNoRegularFile) {
  const TemporaryDirectory directory;
  ASSERT_EQ(::mkfifo(directory.file("pipe").c_str(), 0600), 0);
  EXPECT_THAT(error_of([&] { FileWindow(directory.file("pipe"), Bytes(1)); }),
              HasSubstr("not a regular file"));
  EXPECT_THROW(FileWindow("/dev/null", Bytes(1)), Error);
  EXPECT_THROW(FileWindow(directory.path(), Bytes(1)), Error);
  EXPECT_THROW(FileWindow(directory.file("none"), Bytes(1)), Error);
}

TEST(FileWindow, FindsTheLineOfAByte) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("lines", "a\nbb\n\nc");
  EXPECT_EQ(line_at(path, 0), 1U);
  EXPECT_EQ(line_at(path, 1), 1U);  // a newline belongs to the line that it ends
  EXPECT_EQ(line_at(path, 2), 2U);
  EXPECT_EQ(line_at(path, 6), 4U);
  EXPECT_EQ(line_at(path, 1000), 4U);
}

}  // namespace
}  // namespace spillway::text
