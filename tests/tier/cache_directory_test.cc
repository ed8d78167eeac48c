// SPDX-License-Identifier: Apache-2.0
#include "tier/cache_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <optional>

#include "core/error.h"
#include "tests/tier/temporary_directory.h"
#include "tier/file_store.h"

namespace spillway::tier {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

void put(const std::string& path, const std::string& text = "x") { std::ofstream(path) << text; }

std::string refusal(const std::string& path) {
  try {
    CacheDirectory::open(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

// What a run that died leaves: the marker, and no lock.
std::string leave_behind(const TemporaryDirectory& parent, const std::string& name) {
  const std::string path = parent / name;
  fs::create_directories(path + "/3/f");
  put(path + "/.spillway");
  put(path + "/slab");
  put(path + "/3/f/3fff00000000000100000000000000ab");
  return path;
}

TEST(CacheDirectory, IsPrivateMarkedAndGoneAfterwards) {
  const TemporaryDirectory parent;
  std::string path;
  {
    const CacheDirectory directory = CacheDirectory::open(parent.path());
    path = directory.path();
    EXPECT_EQ(path, parent / ("spillway-" + std::to_string(::getpid()) + "-0"));
    EXPECT_TRUE(fs::exists(path + "/.spillway"));
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
    put(path + "/slab");
    const FileTree tree(directory, false);
    put(tree.path_of({.high = 1, .low = 2}));
  }
  EXPECT_FALSE(fs::exists(path));
  EXPECT_TRUE(fs::is_empty(parent.path()));
}

TEST(CacheDirectory, RunsShareAParent) {
  const TemporaryDirectory parent;
  std::optional<CacheDirectory> one = CacheDirectory::open(parent.path());
  const CacheDirectory two = CacheDirectory::open(parent.path());
  EXPECT_NE(one->path(), two.path());
  EXPECT_TRUE(fs::exists(one->path()));  // the second took it for alive, not left behind
  one.reset();
  EXPECT_TRUE(fs::exists(two.path()));
}

TEST(CacheDirectory, MovesWithItsOwner) {
  const TemporaryDirectory parent;
  CacheDirectory first = CacheDirectory::open(parent.path());
  const std::string path = first.path();
  {
    const CacheDirectory second = std::move(first);
    EXPECT_EQ(second.path(), path);
    EXPECT_TRUE(fs::exists(path));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(CacheDirectory, RemovesWhatDeadRunsLeft) {
  const TemporaryDirectory parent;
  const std::string left = leave_behind(parent, "spillway-12345-0");
  const CacheDirectory directory = CacheDirectory::open(parent.path());
  EXPECT_FALSE(fs::exists(left));
}

TEST(CacheDirectory, RemovesAsMuchAsThereIsTimeForAndTheNextRunTheRest) {
  const TemporaryDirectory parent;
  {
    CacheDirectory directory = CacheDirectory::open(parent.path());
    const std::string block = "/3/f/3fff00000000000100000000000000a";
    fs::create_directories(directory.path() + "/3/f");
    for (const char digit : {'0', '1', '2'}) put(directory.path() + block + digit);
    int times = 0;
    EXPECT_FALSE(directory.remove([&] { return ++times <= 2; }));
    EXPECT_EQ(std::distance(fs::directory_iterator(directory.path() + "/3/f"), {}), 1);
    EXPECT_TRUE(fs::exists(directory.path() + "/.spillway")) << "still known as ours";
    EXPECT_TRUE(directory.remove([] { return true; }));
  }
  EXPECT_TRUE(fs::is_empty(parent.path()));
}

TEST(CacheDirectory, NeverRemovesWhatOthersMade) {
  const TemporaryDirectory parent;
  const std::string left = leave_behind(parent, "spillway-12345-0");
  put(left + "/notes.txt");
  put(left + "/3/f/diary");
  fs::create_symlink(parent.path(), left + "/4");
  std::string own;
  {
    const CacheDirectory directory = CacheDirectory::open(parent.path());
    own = directory.path();
    put(own + "/thesis.pdf");
  }
  EXPECT_FALSE(fs::exists(left + "/slab"));
  EXPECT_FALSE(fs::exists(left + "/3/f/3fff00000000000100000000000000ab"));
  EXPECT_TRUE(fs::exists(left + "/notes.txt"));
  EXPECT_TRUE(fs::exists(left + "/3/f/diary"));
  EXPECT_TRUE(fs::exists(left + "/4"));
  EXPECT_TRUE(fs::exists(left + "/.spillway"));
  EXPECT_TRUE(fs::exists(own + "/thesis.pdf"));
  EXPECT_EQ(refusal(parent.path()), "accepted");  // both are still known as ours
}

TEST(CacheDirectory, LeavesUnmarkedDirectoriesAlone) {
  const TemporaryDirectory parent;
  fs::create_directory(parent / "spillway-77-0");  // about to be marked by another run
  const CacheDirectory directory = CacheDirectory::open(parent.path());
  EXPECT_TRUE(fs::exists(parent / "spillway-77-0"));
}

TEST(CacheDirectory, RefusesWhatIsNotItsOwnAndSaysWhatToDo) {
  const TemporaryDirectory parent;
  EXPECT_THAT(refusal(parent / "missing"), HasSubstr("create it"));
  EXPECT_FALSE(fs::exists(parent / "missing"));
  put(parent / "file");
  EXPECT_THAT(refusal(parent / "file"), HasSubstr("not a directory"));
  EXPECT_THAT(refusal(parent.path()), HasSubstr("holds 'file'"));
  for (const char* name : {"spillway-x-0", "spillway-1", "spillway-1-", "other"}) {
    const TemporaryDirectory with_foreign;
    fs::create_directory(with_foreign / name);
    EXPECT_THAT(refusal(with_foreign.path()), HasSubstr(name));
  }
  const TemporaryDirectory with_unmarked;
  fs::create_directory(with_unmarked / "spillway-1-0");
  put(with_unmarked / "spillway-1-0/homework");
  EXPECT_THAT(refusal(with_unmarked.path()), HasSubstr("holds 'spillway-1-0'"));
}

TEST(CacheDirectory, AcceptsAFreshFileSystemAndADirectoryGivenToIt) {
  const TemporaryDirectory parent;
  fs::create_directory(parent / "lost+found");
  EXPECT_EQ(refusal(parent.path()), "accepted");
  put(parent / "photos");
  put(parent / ".spillway", "");
  EXPECT_EQ(refusal(parent.path()), "accepted");
  EXPECT_TRUE(fs::exists(parent / "photos"));
}

TEST(CacheDirectory, RefusesADirectoryItMayNotWrite) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const TemporaryDirectory parent;
  fs::permissions(parent.path(), fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_THAT(refusal(parent.path()), HasSubstr("Permission denied"));
  fs::permissions(parent.path(), fs::perms::owner_all);
}

}  // namespace
}  // namespace spillway::tier
