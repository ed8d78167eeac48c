// SPDX-License-Identifier: Apache-2.0
#include "telemetry/page_cache.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "core/unique_fd.h"
#include "tests/telemetry/fake_tree.h"

namespace spillway::telemetry {
namespace {

TEST(PageCache, SeesWhichPagesOfAFileAreCached) {
  const FakeTree tree;
  // 100 pages and a bit, just written: all cached.
  tree.put("file", std::string(409'700, 'x'));
  const std::string path = tree.root() + "/file";
  EXPECT_EQ(cached_share(path), 1.0);
  EXPECT_EQ(cached_share(path, 16), 1.0);
  const UniqueFd file(::open(path.c_str(), O_RDWR));
  ASSERT_EQ(::fsync(file.get()), 0);
  ASSERT_EQ(::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED), 0);
  const double share = cached_share(path).value_or(-1);
  if (share == 1) GTEST_SKIP() << "this file system keeps its files in memory";
  EXPECT_EQ(share, 0);
}

TEST(PageCache, MissingIsNotZero) {
  const FakeTree tree;
  tree.put("empty", "");
  EXPECT_FALSE(cached_share(tree.root() + "/missing"));
  EXPECT_FALSE(cached_share(tree.root() + "/empty"));
}

}  // namespace
}  // namespace spillway::telemetry
