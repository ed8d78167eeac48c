// SPDX-License-Identifier: Apache-2.0
#include "record/new_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/error.h"

namespace spillway::record {
namespace {

namespace fs = std::filesystem;

class NewFileTest : public testing::Test {
 protected:
  NewFileTest() : root_(testing::TempDir() + "spillway-new-file-XXXXXX") {
    ::mkdtemp(root_.data());
    path_ = root_ + "/results.json";
  }
  ~NewFileTest() override { fs::remove_all(root_); }

  std::string text() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string root_;
  std::string path_;
};

TEST_F(NewFileTest, IsThereOnceItIsKept) {
  NewFile file(path_);
  file.write("a");
  file.write("b");
  EXPECT_FALSE(fs::exists(path_));
  file.keep();
  EXPECT_EQ(text(), "ab");
  EXPECT_EQ(std::distance(fs::directory_iterator(root_), {}), 1);
}

TEST_F(NewFileTest, ThatIsGivenUpLeavesTheOldOne) {
  write_new_file(path_, "old");
  { NewFile(path_).write("new"); }
  EXPECT_EQ(text(), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(root_), {}), 1);
  write_new_file(path_, "newer");
  EXPECT_EQ(text(), "newer");
}

TEST_F(NewFileTest, ThatCannotTakeItsPlaceIsAnErrorAndLeavesNoDraft) {
  fs::create_directory(path_);
  EXPECT_THROW(write_new_file(path_, "new"), Error);
  EXPECT_EQ(std::distance(fs::directory_iterator(root_), {}), 1);
}

TEST_F(NewFileTest, ACheckLeavesNothingBehindAndNamesThePath) {
  check_writable(path_);
  EXPECT_FALSE(fs::exists(path_));
  write_new_file(path_, "old");
  check_writable(path_);
  EXPECT_EQ(text(), "old");
  try {
    check_writable(root_ + "/none/file");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("/none/file"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace spillway::record
