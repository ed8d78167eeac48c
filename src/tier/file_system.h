// What is known of the file system that a directory lies on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace spillway::tier {

// A block device's number, as in /sys/dev/block/MAJOR:MINOR.
struct DeviceNumber {
  unsigned major = 0;
  unsigned minor = 0;

  friend auto operator<=>(const DeviceNumber&, const DeviceNumber&) = default;
};

struct FileSystemFacts {
  std::string type;                    // "ext4", "xfs", "tmpfs", ... as the kernel names it
  std::string source;                  // what is mounted: "/dev/nvme0n1p2", "host:/export", "tmpfs"
  Bytes free;                          // that a process without privileges may take
  std::optional<DeviceNumber> device;  // nothing for memory, network and stacked file systems
};

struct Mount {
  DeviceNumber device;
  std::string point;
  std::string type;
  std::string source;
};

// The mount that holds an absolute path without symbolic links, from the text of
// /proc/self/mountinfo: the one with the longest mount point, of equal ones the last, which hides
// the others. Lines that are none of that format are passed over.
std::optional<Mount> mount_of(std::string_view mountinfo, std::string_view path);

// Of the mount that holds `path`, which must exist. Throws Error.
FileSystemFacts file_system_facts(const std::string& path);

// 95 % of the free space: what a storage tier takes when no size is given. The rest is for the file
// system's own tables, and for whatever else writes there.
Bytes default_capacity(const FileSystemFacts& facts);

}  // namespace spillway::tier
