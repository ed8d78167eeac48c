// SPDX-License-Identifier: Apache-2.0
#include "io/file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/io/test_files.h"

namespace spillway::io {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string refusal(const std::string& path, const OpenOptions& options) {
  try {
    open_file(path, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(File, OpensPastThePageCacheAndPreallocates) {
  const TestDirectory directory;
  if (!directory.no_direct_io().empty()) GTEST_SKIP() << directory.no_direct_io();
  const UniqueFd file = open_file(directory.file("slab"), {.create = true, .preallocate = 3_MiB});
  EXPECT_NE(::fcntl(file.get(), F_GETFL) & O_DIRECT, 0);
  struct stat seen{};
  ASSERT_EQ(::fstat(file.get(), &seen), 0);
  EXPECT_EQ(seen.st_size, 3 << 20);
  EXPECT_GE(seen.st_blocks * 512, 3 << 20);
  EXPECT_EQ(seen.st_mode & 0777U, 0600U);
}

TEST(File, KeepsTheBytesOfOneThatExists) {
  const TestDirectory directory;
  const OpenOptions options{.direct = false, .create = true};
  ASSERT_EQ(::write(open_file(directory.file("old"), options).get(), "kept", 4), 4);
  struct stat seen{};
  ASSERT_EQ(::fstat(open_file(directory.file("old"), options).get(), &seen), 0);
  EXPECT_EQ(seen.st_size, 4);
}

TEST(File, NamesWhatIsMissing) {
  const TestDirectory directory;
  EXPECT_THAT(refusal(directory.file("no/such"), {}),
              AllOf(HasSubstr("no/such"), HasSubstr("No such file or directory")));
}

TEST(File, NeverDropsDirectIoInSilence) {
  const std::string memory = "/dev/shm";
  if (::access(memory.c_str(), W_OK) != 0 || !lives_in_memory(file_system_of(memory))) {
    GTEST_SKIP() << memory << " is not a writable tmpfs here";
  }
  const std::string path = memory + "/spillway-io-" + std::to_string(::getpid());
  EXPECT_THAT(refusal(path, {.create = true}), AllOf(HasSubstr("tmpfs"), HasSubstr("--buffered")));
  EXPECT_NE(::access(path.c_str(), F_OK), 0) << "nothing is left behind";
}

TEST(File, SaysHowMuchWasWantedAndHowMuchIsFree) {
  const TestDirectory directory;
  const Bytes too_much = free_space(directory.path()) + 1_TiB;
  const std::string path = directory.file("huge");
  const std::string text =
      refusal(path, {.direct = false, .create = true, .preallocate = too_much});
  EXPECT_THAT(text, AllOf(HasSubstr("preallocate"), HasSubstr("iB free there")));
  EXPECT_NE(::access(path.c_str(), F_OK), 0) << "nothing is left behind";
}

TEST(File, AlignmentIsAPowerOfTwoThatDirectIoAccepts) {
  const TestDirectory directory;
  const UniqueFd file = open_file(directory.file("one"), {.direct = false, .create = true});
  const Alignment alignment = alignment_of(file.get());
  for (const Bytes each : {alignment.memory, alignment.offset}) {
    EXPECT_GT(each, Bytes(0));
    EXPECT_EQ(each.count() & (each.count() - 1), 0U);
    EXPECT_LE(each, 64_KiB);
  }
}

TEST(File, KnowsFileSystemsByName) {
  EXPECT_THAT(file_system_of("/proc"), HasSubstr("0x9fa0"));
  EXPECT_EQ(file_system_of("/dev/shm/not-there"), file_system_of("/dev/shm"));
  EXPECT_TRUE(lives_in_memory("tmpfs"));
  EXPECT_FALSE(lives_in_memory("ext4"));
}

}  // namespace
}  // namespace spillway::io
