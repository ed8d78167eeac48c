// SPDX-License-Identifier: Apache-2.0
#include "telemetry/directory_snapshot.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "core/error.h"
#include "tests/telemetry/fake_tree.h"

namespace spillway::telemetry {
namespace {

const UtcTime kNow = parse_utc("2026-02-12T00:00:00Z").value();

SnapshotFile file(const std::string& path, std::uint64_t bytes, int modified) {
  return {.path = path,
          .bytes = bytes,
          .disk_bytes = bytes,
          .modified = UtcTime(std::chrono::seconds(modified))};
}

std::string text_of(const std::string& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(DirectorySnapshot, HasRegularFilesOfFiveLevelsAndFollowsNoLinks) {
  const FakeTree tree;
  tree.put("cache/b", "12345");
  tree.put("cache/1/2/3/4/fifth", "67");
  tree.put("cache/1/2/3/4/5/sixth", "too deep");
  tree.put("elsewhere/file", "not of the cache");
  std::filesystem::create_symlink(tree.root() + "/elsewhere", tree.root() + "/cache/linked");
  std::filesystem::create_symlink(tree.root() + "/elsewhere/file", tree.root() + "/cache/link");
  const DirectorySnapshot snapshot = directory_snapshot(tree.root() + "/cache/", kNow);
  ASSERT_EQ(snapshot.files.size(), 2U);
  EXPECT_EQ(snapshot.files[0].path, "1/2/3/4/fifth");
  EXPECT_EQ(snapshot.files[1].path, "b");
  EXPECT_EQ(snapshot.bytes(), 7U);
  EXPECT_EQ(snapshot.newest(), std::max(snapshot.files[0].modified, snapshot.files[1].modified));
  EXPECT_TRUE(snapshot.whole);
}

TEST(DirectorySnapshot, SaysWhenItIsNotWholeOrThereIsNoDirectory) {
  const FakeTree tree;
  tree.put("cache/a", "1");
  tree.put("cache/b", "2");
  const DirectorySnapshot cut = directory_snapshot(tree.root() + "/cache", kNow, 1);
  EXPECT_EQ(cut.files.size(), 1U);
  EXPECT_FALSE(cut.whole);
  EXPECT_TRUE(directory_snapshot(tree.root() + "/cache", kNow, 2).whole);
  const DirectorySnapshot missing = directory_snapshot(tree.root() + "/none", kNow);
  EXPECT_TRUE(missing.missing);
  EXPECT_FALSE(missing.newest());
}

TEST(DirectoryChurn, TellsWhatAppearedVanishedAndChanged) {
  DirectorySnapshot before;
  before.files = {file("a", 1, 1), file("c", 2, 1), file("d", 4, 1), file("e", 8, 1),
                  file("f", 16, 1)};
  DirectorySnapshot after;
  after.files = {file("b", 32, 1), file("c", 2, 1), file("d", 64, 1), file("e", 8, 2)};
  const DirectoryChurn churn = directory_churn(before, after).value();
  EXPECT_EQ(churn.appeared, (FileSum{.files = 1, .bytes = 32}));
  EXPECT_EQ(churn.vanished, (FileSum{.files = 2, .bytes = 17}));
  EXPECT_EQ(churn.changed, (FileSum{.files = 2, .bytes = 72}));
  EXPECT_EQ(churn.after.files, after.files.size());
  EXPECT_EQ(churn.after.bytes, after.bytes());
  after.whole = false;
  EXPECT_FALSE(directory_churn(before, after));
  EXPECT_FALSE(directory_churn(after, before));
}

TEST(DirectorySnapshotFiles, HaveSumsOfTwoLevelsAndALineAFile) {
  const FakeTree tree;
  tree.put("out/there", "");
  DirectorySnapshot snapshot;
  snapshot.directory = "/cache";
  snapshot.taken = kNow;
  snapshot.files = {file("1/2/3/x", 5, 60), file("1/y", 6, 0), file("z", 7, 0)};
  write_directory_snapshot(snapshot, "start", tree.root() + "/out");
  const std::string name = tree.root() + "/out/kvbm_start_20260212T000000Z";
  EXPECT_EQ(text_of(name + ".txt"),
            "timestamp_utc=2026-02-12T00:00:00+00:00\ncache_dir=/cache\nwhole=1\ndisk_bytes=18\n"
            "disk_bytes 11 1\ndisk_bytes 5 1/2\nfile_count=3\nbytes=18\n");
  EXPECT_EQ(text_of(name + "_files.txt"),
            "1970-01-01T00:01:00+00:00 5 1/2/3/x\n1970-01-01T00:00:00+00:00 6 1/y\n"
            "1970-01-01T00:00:00+00:00 7 z\n");
  EXPECT_THROW(write_directory_snapshot(snapshot, "start", tree.root() + "/none"), Error);
}

TEST(DirectorySnapshotFiles, SayThatTheDirectoryIsMissing) {
  const FakeTree tree;
  const DirectorySnapshot missing = directory_snapshot("/there/is/none", kNow);
  write_directory_snapshot(missing, "end", tree.root());
  const std::string name = tree.root() + "/kvbm_end_20260212T000000Z";
  EXPECT_TRUE(text_of(name + ".txt").ends_with("cache_dir_missing=1\n"));
  EXPECT_FALSE(std::filesystem::exists(name + "_files.txt"));
}

}  // namespace
}  // namespace spillway::telemetry
