// SPDX-License-Identifier: Apache-2.0
#include "tier/file_system.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "core/error.h"
#include "tests/tier/temporary_directory.h"

namespace spillway::tier {
namespace {

constexpr const char* kMounts =
    "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n"
    "22 27 0:21 / /proc rw,relatime shared:5 - proc proc rw\n"
    "40 27 259:1 / /data rw shared:7 master:2 - xfs /dev/nvme0n1p1 rw\n"
    "41 40 0:44 /vol /data/my\\040nfs rw - nfs4 host:/my\\040export rw\n"
    "42 40 259:2 / /data/my\\040nfs rw - xfs /dev/nvme1n1 rw\n";

Mount mount_in(const char* mounts, const char* path) {
  return mount_of(mounts, path).value_or(Mount());
}

TEST(FileSystem, TheLongestMountPointHoldsAPath) {
  EXPECT_EQ(mount_in(kMounts, "/database/x").source, "/dev/vda");
  EXPECT_EQ(mount_in(kMounts, "/data").type, "xfs");
  const Mount mount = mount_in(kMounts, "/data/x");
  EXPECT_EQ(mount.source, "/dev/nvme0n1p1");
  EXPECT_EQ(mount.device, (DeviceNumber{.major = 259, .minor = 1}));
}

TEST(FileSystem, ALaterMountHidesAnEarlierOne) {
  EXPECT_EQ(mount_in(kMounts, "/data/my nfs/x").source, "/dev/nvme1n1");
}

TEST(FileSystem, PassesOverLinesOfAnotherFormat) {
  EXPECT_FALSE(mount_of("", "/"));
  EXPECT_FALSE(mount_of("nonsense\n27 1 a:b / / rw - ext4 /dev/vda rw\n1 2 3:4 / / rw\n", "/"));
}

TEST(FileSystem, KnowsTheDiskOfThisDirectory) {
  const TemporaryDirectory directory;
  const FileSystemFacts facts = file_system_facts(directory.path());
  EXPECT_FALSE(facts.type.empty());
  EXPECT_GT(facts.free, 0_B);
  struct stat status{};
  ASSERT_EQ(::stat(directory.path().c_str(), &status), 0);
  if (major(status.st_dev) == 0) GTEST_SKIP() << "not directly on a block device";
  EXPECT_EQ(facts.device,
            (DeviceNumber{.major = major(status.st_dev), .minor = minor(status.st_dev)}));
}

TEST(FileSystem, NoDeviceWhereThereIsNone) { EXPECT_FALSE(file_system_facts("/proc").device); }

TEST(FileSystem, RefusesAPathThatIsNotThere) {
  EXPECT_THROW(file_system_facts("/proc/no/such/place"), Error);
}

TEST(FileSystem, ATwentiethStaysFree) {
  FileSystemFacts facts;
  facts.free = 1'000'000_B;
  EXPECT_EQ(default_capacity(facts), 950'000_B);
}

}  // namespace
}  // namespace spillway::tier
