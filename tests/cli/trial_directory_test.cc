// SPDX-License-Identifier: Apache-2.0
#include "cli/trial_directory.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/error.h"

namespace spillway::cli {
namespace {

namespace fs = std::filesystem;

class TrialDirectoryTest : public testing::Test {
 protected:
  TrialDirectoryTest() : root_(testing::TempDir() + "spillway-trials-XXXXXX") {
    ::mkdtemp(root_.data());
  }
  ~TrialDirectoryTest() override { fs::remove_all(root_); }
  std::string root_;
};

TEST_F(TrialDirectoryTest, GoesAgainWhenNothingCameOfIt) {
  const std::string path = root_ + "/new";
  {
    const TrialDirectory directory(path);
    EXPECT_TRUE(fs::is_directory(path));
    EXPECT_EQ(directory.of(2), path + "/trial-2");
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(TrialDirectoryTest, StaysWithWhatItHolds) {
  const std::string path = root_ + "/new";
  {
    const TrialDirectory directory(path);
    fs::create_directory(directory.of(1));
  }
  EXPECT_TRUE(fs::exists(path + "/trial-1"));
  EXPECT_THROW(TrialDirectory again(path), Error);
}

TEST(TrialPath, NumbersTheFileBeforeItsEnding) {
  EXPECT_EQ(trial_path("out/F.json", 2), "out/F-trial-2.json");
  EXPECT_EQ(trial_path("F", 1), "F-trial-1");
}

}  // namespace
}  // namespace spillway::cli
