// SPDX-License-Identifier: Apache-2.0
#include "record/run_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include "core/error.h"

namespace spillway::record {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class RunDirectoryTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "spillway-run-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root = name;
  }
  void TearDown() override { fs::remove_all(root); }

  std::string out() const { return (root / "out").string(); }
  std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(root), fs::directory_iterator()));
  }
  static std::string content(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static std::string refusal(const std::string& path) {
    try {
      const RunDirectory directory(path);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  fs::path root;
};

TEST_F(RunDirectoryTest, AppearsWholeUnderItsFinalName) {
  RunDirectory directory(out());
  directory.write("record.json", "{}\n");
  EXPECT_FALSE(fs::exists(out())) << "not before commit";
  std::ofstream(directory.path_of("requests.jsonl")) << "line\n";
  directory.commit();

  EXPECT_EQ(content(out() + "/record.json"), "{}\n");
  EXPECT_EQ(content(out() + "/requests.jsonl"), "line\n");
  EXPECT_EQ(directory.path_of("record.json"), out() + "/record.json");
  EXPECT_EQ(entries(), 1U) << "no sibling is left";
}

TEST_F(RunDirectoryTest, LeavesNothingWithoutCommit) {
  {
    RunDirectory directory(out());
    directory.write("record.json", "{}\n");
  }
  EXPECT_EQ(entries(), 0U);
}

TEST_F(RunDirectoryTest, RemovesOnlyWhatItMade) {
  fs::path foreign;
  {
    RunDirectory directory(out());
    directory.write("record.json", "{}\n");
    foreign = fs::path(directory.path_of("report.txt")).parent_path() / "foreign.txt";
    std::ofstream(foreign) << "keep me";
  }
  EXPECT_TRUE(fs::exists(foreign));
  EXPECT_FALSE(fs::exists(foreign.parent_path() / "record.json"));
}

TEST_F(RunDirectoryTest, KeepsThePartialDirectoryWhenAsked) {
  std::string partial;
  {
    RunDirectory directory(out());
    directory.write("record.json", "{}\n");
    partial = directory.keep_partial();
  }
  EXPECT_TRUE(fs::exists(fs::path(partial) / "record.json"));
  EXPECT_FALSE(fs::exists(out()));
}

TEST_F(RunDirectoryTest, TakesAnEmptyDirectory) {
  fs::create_directory(out());
  RunDirectory directory(out() + "/");
  directory.write("record.json", "{}\n");
  directory.commit();
  EXPECT_TRUE(fs::exists(out() + "/record.json"));
}

TEST_F(RunDirectoryTest, RefusesADirectoryThatIsNotEmpty) {
  fs::create_directory(out());
  std::ofstream(out() + "/old") << "old results";
  EXPECT_THAT(refusal(out()), HasSubstr("never overwritten"));
  EXPECT_EQ(content(out() + "/old"), "old results");
  EXPECT_EQ(entries(), 1U);
}

TEST_F(RunDirectoryTest, RefusesAFileAndAMissingParent) {
  std::ofstream(out()) << "a file";
  EXPECT_THAT(refusal(out()), HasSubstr("is not a directory"));
  EXPECT_THAT(refusal(out() + "/deep"), HasSubstr("make it first"));
  EXPECT_THAT(refusal((root / "none" / "out").string()), HasSubstr("make it first"));
  EXPECT_THAT(refusal(""), HasSubstr("--run-dir"));
}

TEST_F(RunDirectoryTest, RefusesAParentThatCannotBeWrittenTo) {
  if (::geteuid() == 0) {
    EXPECT_THAT(refusal("/proc/spillway-run"), HasSubstr("make run directory"));
    return;
  }
  fs::permissions(root, fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_THAT(refusal(out()), HasSubstr("Permission denied"));
  fs::permissions(root, fs::perms::owner_all);
}

TEST_F(RunDirectoryTest, KeepsTheResultsWhenTheNameWasTakenMeanwhile) {
  std::string kept;
  {
    RunDirectory directory(out());
    directory.write("record.json", "{}\n");
    fs::create_directory(out());
    std::ofstream(out() + "/other") << "somebody else's";
    EXPECT_THROW(directory.commit(), Error);
    kept = directory.path();
  }
  EXPECT_TRUE(fs::exists(fs::path(kept) / "record.json"));
  EXPECT_EQ(content(out() + "/other"), "somebody else's");
}

}  // namespace
}  // namespace spillway::record
