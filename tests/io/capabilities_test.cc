// SPDX-License-Identifier: Apache-2.0
#include "io/capabilities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/io/test_files.h"

namespace spillway::io {
namespace {

TEST(Capabilities, TellsWhatWorksAndLeavesNothingBehind) {
  const TestDirectory directory;
  const Capabilities found = describe_io(directory.path());
  EXPECT_EQ(found.file_system, file_system_of(directory.path()));
  EXPECT_EQ(found.io_uring, found.io_uring_refusal.empty());
  EXPECT_EQ(found.io_uring, !found.io_uring_features.empty());
  EXPECT_THAT(found.huge_pages, testing::AnyOf("always", "madvise", "never", ""));
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(Capabilities, MemoryHasNoDirectIo) {
  if (!lives_in_memory(file_system_of("/dev/shm"))) GTEST_SKIP() << "/dev/shm is no tmpfs here";
  EXPECT_FALSE(describe_io("/dev/shm").direct_io);
}

TEST(Capabilities, NamesADirectoryThatIsNotThere) {
  EXPECT_THROW(describe_io("/no/such/directory"), Error);
}

}  // namespace
}  // namespace spillway::io
