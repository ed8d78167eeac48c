// SPDX-License-Identifier: Apache-2.0
#include "scenario/cache_place.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/text/temporary_directory.h"

namespace spillway::scenario {
namespace {

namespace fs = std::filesystem;

TEST(CachePlaceTest, LiesInTheDirectoryGivenAndLeavesItEmpty) {
  const TemporaryDirectory given;
  {
    const CachePlace place(given.path());
    EXPECT_EQ(place.parent(), given.path());
    EXPECT_TRUE(place.directory().path().starts_with(given.path() + "/spillway-"));
    EXPECT_TRUE(fs::is_directory(place.directory().path()));
  }
  EXPECT_TRUE(fs::is_empty(given.path()));
}

TEST(CachePlaceTest, WithoutOneItIsTemporary) {
  std::string parent;
  {
    const CachePlace place("");
    parent = place.parent();
    EXPECT_TRUE(fs::is_directory(parent));
  }
  EXPECT_FALSE(fs::exists(parent));
}

TEST(CachePlaceTest, CanBeRemovedBeforeItGoes) {
  CachePlace place("");
  EXPECT_TRUE(place.remove([] { return true; }));
  EXPECT_FALSE(fs::exists(place.parent()));
}

TEST(CachePlaceTest, RefusesADirectoryThatIsMissing) {
  EXPECT_NE(error_of([] { const CachePlace place("/nowhere/at/all"); }), "");
}

}  // namespace
}  // namespace spillway::scenario
